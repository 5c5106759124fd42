import { freemem } from "node:os";
import { compile } from "@engine/compiler";
import { blockBytes, type CacheDType, capture, elements, type Program, type WeightUse } from "@engine/core";
import { type HubOptions, openCheckpoint } from "@engine/loader";
import { planState, textModelDefaults } from "@engine/runtime";
import type { PluginList } from "./list-plugins.ts";
import { Registry } from "./registry.ts";
import { resolveModel } from "./resolve-model.ts";
import { type UnreadWeights, unreadWeights } from "./unread-weights.ts";

export interface DescribeOptions extends HubOptions {
  readonly registry?: Registry;
  readonly plugins?: PluginList;
  readonly context?: number;
  readonly sessions?: number;
  readonly kv?: CacheDType;
}

/** What a model is and will take, told by its header alone. Sizes are bytes. */
export interface ModelDescription {
  readonly folder: string;
  readonly architecture: string;
  /** Numbers in the weights the model reads. */
  readonly parameters: number;
  /** How weights are stored, and the bytes of each way. */
  readonly encodings: Readonly<Record<string, number>>;
  /** Longest text the model was made for; undefined when its config does not say. */
  readonly modelContext: number | undefined;
  /** The context it would get here. */
  readonly context: number;
  /**
   * As stored. A table that is also the head counts as embeddings. Weights used in place need this much of the
   * file cache; copied ones this much memory, or more on a backend that widens them.
   */
  readonly weights: {
    readonly total: number;
    readonly embeddings: number;
    readonly layers: number;
    readonly head: number;
    readonly other: number;
  };
  /** Keys and values: of one token in every cache, and all blocks of `sessions` texts at the context. */
  readonly kv: { readonly perToken: number; readonly total: number; readonly sessions: number };
  /** What the checkpoint holds beyond the weights above. */
  readonly unread: UnreadWeights;
  /** Scratch memory of one step at its largest. */
  readonly activations: number;
}

/** Describes a model without reading its weights. Throws like `AutoModel.load`. */
export async function describeModel(path: string, options: DescribeOptions = {}): Promise<ModelDescription> {
  const checkpoint = await openCheckpoint(path, options);
  try {
    const { registry = new Registry(), plugins } = options;
    const resolved = await resolveModel(checkpoint, { registry, plugins });
    const { architecture, source } = resolved;
    const parsed = architecture.parse(resolved.config);
    const { maxTokens, maxRows, maxSequences, blockTokens, kv } = textModelDefaults;
    const graph = capture(architecture, parsed, source);
    const program = compile(graph, source, ANY_DEVICE, {
      maxTokens,
      maxRows,
      maxSequences,
      kv: options.kv ?? kv,
    });
    const modelContext = architecture.context(parsed);
    const state = planState({
      caches: program.caches,
      states: program.states,
      blockTokens,
      maxTokens,
      budget: freemem() / 4,
      modelContext,
      context: options.context,
      sessions: options.sessions,
      maxSequences,
    });
    const perToken = program.caches.reduce((sum, cache) => sum + blockBytes(cache, 1), 0);
    return {
      folder: checkpoint.folder,
      architecture: architecture.name,
      parameters: program.weights.reduce((sum, { encoding }) => sum + elements(encoding.shape), 0),
      encodings: sums(program.weights, ({ encoding }) => encoding.type),
      modelContext,
      context: state.context,
      weights: weightParts(program),
      kv: { perToken, total: state.bytes, sessions: state.sessions },
      unread: unreadWeights(architecture, graph, source),
      activations: program.arena.bytes,
    };
  } finally {
    await checkpoint.source.close();
  }
}

/** Takes every op as it is: the graph stays what the family wrote. */
const ANY_DEVICE = { info: { name: "any", memoryBytes: 0 }, fused: [], supports: () => true };

function weightParts({ weights, graph }: Program): ModelDescription["weights"] {
  const logits = graph.outputs.logits;
  const head = new Set(logits?.inputs.map((input) => input.attrs.name));
  const parts = sums(weights, ({ name, readers }) => {
    if (readers.some(({ op }) => op.name === "gather")) return "embeddings";
    if (head.has(name)) return "head";
    return /\.\d+\./.test(name) ? "layers" : "other";
  });
  const { embeddings = 0, layers = 0, head: output = 0, other = 0 } = parts;
  return { total: embeddings + layers + output + other, embeddings, layers, head: output, other };
}

/** Stored bytes by the word each weight is put under. */
function sums(weights: readonly WeightUse[], word: (use: WeightUse) => string): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const use of weights) {
    const bytes = Object.values(use.encoding.parts).reduce((sum, part) => sum + part.bytes, 0);
    totals[word(use)] = (totals[word(use)] ?? 0) + bytes;
  }
  return totals;
}
