import { freemem } from "node:os";
import { basename, resolve } from "node:path";
import {
  type Activations,
  type Backend,
  type CacheDType,
  type CaptureOptions,
  capture,
  EngineError,
  type Residency,
  type Watch,
} from "@engine/core";
import { type Checkpoint, type HubOptions, openCheckpoint } from "@engine/loader";
import { createTextModel } from "@engine/runtime";
import type { Tokenizer } from "@engine/tokenizer";
import { chooseBackend } from "./choose-backend.ts";
import { contextNote } from "./context-note.ts";
import { samplingDefaults } from "./generation-defaults.ts";
import type { PluginList } from "./list-plugins.ts";
import { LoadedModel } from "./loaded-model.ts";
import { memoryRoom } from "./memory-room.ts";
import type { Model } from "./model.ts";
import { openTokenizer, tokenText } from "./open-tokenizer.ts";
import { Registry } from "./registry.ts";
import { resolveModel } from "./resolve-model.ts";
import { suppressedTokens } from "./suppressed-tokens.ts";
import { unreadNote, unreadWeights } from "./unread-weights.ts";

export interface LoadOptions extends Watch, HubOptions {
  /** The model families that may be loaded. */
  readonly registry?: Registry;
  /** What `listPlugins` found: asked for families the registry lacks. */
  readonly plugins?: PluginList;
  /** The first of them that can run here is used. */
  readonly backend?: Backend | readonly Backend[];
  readonly residency?: Residency;
  /** Bytes this process may take in all, instead of a residency: weights that do not fit are streamed from their files. */
  readonly memoryBudget?: number;
  /** Most tokens of one text; the model's own unless memory is short. */
  readonly context?: number;
  /** How many texts of that length are held at once. */
  readonly sessions?: number;
  /** What keys and values are stored as; f32 unless told. */
  readonly kv?: CacheDType;
  /** What quantized weights are multiplied by; int8 unless told, where the device has kernels for it. */
  readonly activations?: Activations;
  readonly threads?: number;
  /** Tokens that are never chosen, instead of those the model's files tell; `[]` is none. */
  readonly suppressTokens?: readonly number[];
  /** Traces that `logits` can hand out. */
  readonly taps?: CaptureOptions["taps"];
  /** Most rows of one step; prompts are read in chunks of this many. */
  readonly maxTokens?: number;
  /** Most rows of one step whose logits are wanted. */
  readonly maxRows?: number;
  /** Most answers that run at once; 32. More wait for their turn. */
  readonly maxSequences?: number;
  /** Most answers that wait; one more is refused as `busy`. Any number unless told. */
  readonly maxWaiting?: number;
  /** Whether texts that begin alike share what they have in common; they do unless told. */
  readonly prefixCache?: boolean;
}

export const AutoModel = {
  /**
   * Loads a model by its folder, file or hub id. Throws what its parts throw (`missing-file`, `bad-config`,
   * `unknown-architecture`, `missing-weight`, `unknown-backend`, `aborted`, …); nothing is left open then.
   */
  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const start = performance.now();
    const checkpoint = await openCheckpoint(path, options);
    try {
      const { registry = new Registry(), plugins } = options;
      const resolved = await resolveModel(checkpoint, { registry, plugins });
      const { architecture, config, source } = resolved;
      const parsed = architecture.parse(config);
      const graph = capture(architecture, parsed, source, { taps: options.taps ?? [] });
      const tokenizer = await openTokenizer(checkpoint);
      const memoryBudget = memoryRoom(options.memoryBudget);
      const chosen = await chooseBackend(options.backend ?? [], options, (device) =>
        createTextModel({
          ...options,
          name: basename(resolve(path)),
          graph,
          embedGraph: () => capture(architecture, parsed, checkpoint.source, { taps: ["final"] }),
          source,
          device,
          modelContext: architecture.context(parsed),
          memoryBudget,
          stateBudget:
            Math.min(device.info.memoryBytes, freemem(), memoryBudget ?? Number.POSITIVE_INFINITY) / 4,
          tokenizer: EngineError.isInstance(tokenizer) ? tokenizer : tokenText(tokenizer),
          stopTokens: stopTokens(checkpoint, tokenizer),
          suppressTokens: options.suppressTokens ?? suppressed(resolved.json, checkpoint, tokenizer),
          sampling: samplingDefaults(checkpoint.generationConfig),
        }),
      );
      return new LoadedModel(chosen.value, {
        folder: checkpoint.folder,
        architecture: architecture.name,
        backend: chosen.backend.name,
        loadMs: performance.now() - start,
        tokenizer,
        generationConfig: checkpoint.generationConfig,
        notes: [
          ...chosen.notes,
          ...contextNote(chosen.value.context, { asked: options.context, own: architecture.context(parsed) }),
          ...tokenizerNotes(tokenizer),
          ...unreadNote(unreadWeights(architecture, graph, source), architecture.name),
        ],
        device: chosen.device,
        source,
      });
    } catch (error) {
      await checkpoint.source.close();
      throw error;
    }
  },
};

/** All that may end an answer: generation_config's (or config's) list and the tokenizer's own end. */
function stopTokens({ generationConfig }: Checkpoint, tokenizer: Tokenizer | EngineError): readonly number[] {
  const own = EngineError.isInstance(tokenizer) ? undefined : tokenizer.eosId;
  return [...new Set([...generationConfig.eosTokenIds, ...(own === undefined ? [] : [own])])];
}

function suppressed(
  config: unknown,
  { generationConfig }: Checkpoint,
  tokenizer: Tokenizer | EngineError,
): readonly number[] {
  const known = EngineError.isInstance(tokenizer) ? undefined : tokenizer;
  return suppressedTokens(config, generationConfig, known);
}

/** A folder without a tokenizer is usual; one that cannot be read is worth a word. */
function tokenizerNotes(tokenizer: Tokenizer | EngineError): readonly string[] {
  return EngineError.isInstance(tokenizer) && tokenizer.code !== "missing-file" ? [tokenizer.message] : [];
}
