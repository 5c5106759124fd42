import { AutoModel, describeModel, type LoadOptions, type Model, type ModelDescription } from "@engine/auto";
import { AnswerGate } from "./answers/answer-gate.ts";
import { Confirmations } from "./management/confirmations.ts";
import { Exclusive } from "./management/exclusive.ts";
import { measureLoopDelay } from "./metrics/loop-delay.ts";
import { Metrics } from "./metrics/metrics.ts";
import { defaultMemoryBudget, plannedBytes } from "./models/memory-plan.ts";
import { type CatalogueOptions, ModelCatalogue } from "./models/model-catalogue.ts";
import { type LoadWatch, ModelPool } from "./models/model-pool.ts";
import type { Log, ServerParts } from "./server-parts.ts";
import { type SettingsOptions, serverSettings } from "./settings.ts";

export interface ServerOptions extends SettingsOptions, CatalogueOptions {
  /** How every model is loaded: families, backends, context, number formats, threads. */
  readonly loading?: Omit<LoadOptions, "signal" | "onProgress">;
  /** Bytes all models together may take; four fifths of the memory unless told. */
  readonly memoryBudget?: number;
  /** Milliseconds a model stays after its last answer; five minutes. Infinity is for ever. */
  readonly keepAliveMs?: number;
  /** Milliseconds a load waits for the answers of a model that must go for it; two minutes. */
  readonly evictWaitMs?: number;
  readonly log?: Log;
  /** The built files of a web interface, for `/`. */
  readonly webFolder?: URL | undefined;
  /** Instead of `AutoModel.load`. */
  readonly load?: (path: string, watch: LoadWatch) => Promise<Model>;
  /** Instead of `describeModel`. */
  readonly describe?: (path: string) => Promise<ModelDescription>;
}

/** What the handlers share, made once for a server. Throws `bad-option` for settings that leave a door open. */
export function createParts(options: ServerOptions): ServerParts {
  const settings = serverSettings(options);
  const { loading = {} } = options;
  const { load = (path, watch) => AutoModel.load(path, { ...loading, ...watch }) } = options;
  const { describe = (path) => describeModel(path, loading) } = options;
  const pool = new ModelPool({
    catalogue: new ModelCatalogue(options),
    load,
    plan: async (path) => plannedBytes(await describe(path)),
    budget: options.memoryBudget ?? defaultMemoryBudget(),
    keepAliveMs: options.keepAliveMs ?? 300_000,
    evictWaitMs: options.evictWaitMs ?? 120_000,
  });
  const loopDelay = measureLoopDelay();
  return {
    settings,
    pool,
    describe,
    gate: new AnswerGate(settings.maxRequests),
    metrics: new Metrics(pool, loopDelay),
    loopDelay,
    state: { ready: false, startedAt: performance.now() },
    confirmations: new Confirmations(),
    exclusive: new Exclusive(),
    log: options.log ?? (() => {}),
    webFolder: options.webFolder,
  };
}
