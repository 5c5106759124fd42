import { blockBytes, elements, type Graph, type WeightUse } from "@engine/core";
import { type ModelMemory, planTextModel } from "@engine/runtime";
import { chooseBackend } from "./choose-backend.ts";
import type { LoadOptions } from "./load-options.ts";
import { planOptions, prepareModel } from "./prepare-model.ts";
import { type UnreadWeights, unreadWeights } from "./unread-weights.ts";

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
  /** As stored. A table that is also the head counts as embeddings. */
  readonly weights: {
    readonly total: number;
    readonly embeddings: number;
    readonly layers: number;
    readonly head: number;
    readonly other: number;
  };
  /** Keys and values: bytes of one token in every cache, and how many texts of the context's length there is room for. */
  readonly kv: { readonly perToken: number; readonly sessions: number };
  /** What the checkpoint holds beyond the weights above. */
  readonly unread: UnreadWeights;
  /** What loading it with these options takes. */
  readonly memory: ModelMemory;
}

/** Options that may differ from one description to the next. */
export type DescribeOptions = Pick<
  LoadOptions,
  | "residency"
  | "memoryBudget"
  | "modelBudget"
  | "io"
  | "context"
  | "sessions"
  | "kv"
  | "maxRows"
  | "maxSequences"
>;

/** A model whose headers were read, on the device that would run it. */
export interface ModelPlanner extends AsyncDisposable {
  /** Names of the weights in the order a step has read them for the last time, as streaming goes through them. */
  readonly order: readonly string[];
  /** Reads no weights. Throws `out-of-memory` as loading would. */
  describe(options?: DescribeOptions): ModelDescription;
}

/** Opens a model to ask what it would take, as often as one likes. Throws like `AutoModel.load`. */
export async function planModel(path: string, options: LoadOptions = {}): Promise<ModelPlanner> {
  const prepared = await prepareModel(path, options);
  const { checkpoint, architecture, graph, source, modelContext } = prepared;
  try {
    const { device } = await chooseBackend(options.backend ?? [], options, async () => undefined);
    return {
      order: readingOrder(graph),
      describe(own = {}) {
        const plan = planTextModel(planOptions(path, prepared, { device, options: { ...options, ...own } }));
        const { program, context, sessions, memory } = plan;
        return {
          folder: checkpoint.folder,
          architecture: architecture.name,
          parameters: program.weights.reduce((sum, { encoding }) => sum + elements(encoding.shape), 0),
          encodings: sums(program.weights, ({ encoding }) => encoding.type),
          modelContext,
          context,
          weights: weightParts(program.weights, graph),
          kv: { perToken: program.caches.reduce((sum, cache) => sum + blockBytes(cache, 1), 0), sessions },
          unread: unreadWeights(architecture, graph, source),
          memory,
        };
      },
      async [Symbol.asyncDispose]() {
        await device.close();
        await source.close();
      },
    };
  } catch (error) {
    await checkpoint.source.close();
    throw error;
  }
}

function readingOrder({ nodes }: Graph): string[] {
  const last = new Map<string, number>();
  nodes.forEach(({ inputs }, index) => {
    for (const { op, attrs } of inputs) if (op.name === "weight") last.set(String(attrs.name), index);
  });
  return [...last].sort(([, a], [, b]) => a - b).map(([name]) => name);
}

/** Describes a model without reading its weights. Throws like `AutoModel.load`. */
export async function describeModel(path: string, options: LoadOptions = {}): Promise<ModelDescription> {
  await using planner = await planModel(path, options);
  return planner.describe();
}

/** Bytes that loading a model with these options takes. Throws like `AutoModel.load`. */
export async function memory(path: string, options: LoadOptions = {}): Promise<ModelMemory> {
  return (await describeModel(path, options)).memory;
}

function weightParts(weights: readonly WeightUse[], { nodes, outputs }: Graph): ModelDescription["weights"] {
  const vocab = outputs.logits?.shape[1];
  const heads = nodes.filter(
    ({ op, shape }) => op.name === "matmul" && shape[0] === "rows" && shape[1] === vocab,
  );
  const head = new Set(heads.map(({ inputs }) => inputs[1]!.attrs.name));
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
