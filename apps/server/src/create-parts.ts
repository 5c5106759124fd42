import {
  AutoModel,
  describeModel,
  type LoadOptions,
  type Model,
  type ModelDescription,
  rounding,
} from "@engine/auto";
import { EngineError } from "@engine/core";
import { AnswerGate } from "./answers/answer-gate.ts";
import { ApiError } from "./errors/api-error.ts";
import { Confirmations } from "./management/confirmations.ts";
import { Exclusive } from "./management/exclusive.ts";
import { measureLoopDelay } from "./metrics/loop-delay.ts";
import { Metrics } from "./metrics/metrics.ts";
import { defaultMemoryBudget } from "./models/default-memory-budget.ts";
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
  const budget = options.memoryBudget ?? defaultMemoryBudget();
  const { loading: told = {} } = options;
  // A model that does not fit beside nothing else is streamed, unless it was said where weights live.
  const loading =
    told.residency === undefined && told.memoryBudget === undefined ? { modelBudget: budget, ...told } : told;
  const { load = (path, watch) => AutoModel.load(path, { ...loading, ...watch }) } = options;
  const { describe = (path) => describeModel(path, loading) } = options;
  const pool = new ModelPool({
    catalogue: new ModelCatalogue(options),
    load,
    plan: async (path) => (await describe(path).catch(tooLarge)).memory.model,
    budget,
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
    rounding: rounding(loading.backend ?? []),
    log: options.log ?? (() => {}),
    webFolder: options.webFolder,
  };
}

/** A model that the budget of all cannot hold, however it is loaded, is the request's fault. */
function tooLarge(error: unknown): never {
  if (!EngineError.isInstance(error) || error.code !== "out-of-memory") throw error;
  throw new ApiError(400, error.message, { code: "model_too_large", cause: error });
}
