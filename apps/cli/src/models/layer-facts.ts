import type { Graph, Node } from "@engine/core";

/** One layer, as the graph has it: true of any family. */
export interface LayerFacts {
  readonly index: number;
  /** "linear": a recurrent state instead of keys and values. */
  readonly kind: "full" | "sliding" | "linear";
  readonly heads: number;
  /** Heads of keys and values, or of a recurrent state's keys. */
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Keys a row may see, itself included; null: all before it. */
  readonly window: number | null;
  /** Rows of an image see each other. */
  readonly imageBlocks: boolean;
  /** Layer whose keys and values it reads; its own index where it has some. */
  readonly owner: number;
}

/** The layers of a model, in order. */
export function layerFacts(graph: Graph): LayerFacts[] {
  const appends = graph.nodes.filter(({ op }) => op.name === "append");
  const owners = new Map(appends.map((node, i) => [node.attrs.cache, layerOf(node) ?? i]));
  const layers = graph.nodes.flatMap((node, i): LayerFacts[] => {
    if (node.op.name === "attention") return [attentionFacts(node, owners.get(node.attrs.cache) ?? i)];
    if (node.op.name === "delta-rule") return [recurrentFacts(node, i)];
    return [];
  });
  return layers.sort((a, b) => a.index - b.index);
}

function attentionFacts(node: Node, owner: number): LayerFacts {
  const [q, cache] = node.inputs as [Node, Node];
  const [, k, v] = cache.inputs as [Node, Node, Node];
  const window = (node.attrs.window as number | undefined) ?? null;
  return {
    index: layerOf(q) ?? owner,
    kind: window === null ? "full" : "sliding",
    heads: Number(node.shape[1]),
    kvHeads: Number(k.shape[1]),
    keyDim: Number(k.shape[2]),
    valueDim: Number(v.shape[2]),
    window,
    imageBlocks: node.attrs.blocks !== undefined,
    owner,
  };
}

function recurrentFacts(node: Node, place: number): LayerFacts {
  const [, k, v] = node.inputs as [Node, Node, Node];
  const index = layerOf(node) ?? place;
  const heads = { heads: Number(v.shape[1]), kvHeads: Number(k.shape[1]) };
  const sizes = { keyDim: Number(k.shape[2]), valueDim: Number(v.shape[2]) };
  return { index, kind: "linear", ...heads, ...sizes, window: null, imageBlocks: false, owner: index };
}

/** The layer a value belongs to, by the weights it comes from; of its inputs the last one that tells. */
function layerOf({ scope, inputs }: Node): number | undefined {
  return layerIn(scope) ?? inputs.map((input) => layerIn(input.scope)).findLast((n) => n !== undefined);
}

/** 3 in "model.layers.3.self_attn". */
function layerIn(scope: string): number | undefined {
  const found = /\.(\d+)(?:\.|$)/.exec(scope);
  return found ? Number(found[1]) : undefined;
}
