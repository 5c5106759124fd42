import {
  type Architecture,
  attention,
  capture,
  type Graph,
  gather,
  matmul,
  type WeightSource,
} from "@engine/core";

/** Heads of published models. */
export interface HeadShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly dim: number;
  readonly window?: number;
}

export const headShapes: Readonly<Record<string, HeadShape>> = {
  "llama-3.2-1b": { heads: 32, kvHeads: 8, dim: 64 },
  "qwen3-0.6b": { heads: 16, kvHeads: 8, dim: 128 },
  "llama-2-7b": { heads: 32, kvHeads: 32, dim: 128 },
  "gemma-4-e2b": { heads: 8, kvHeads: 1, dim: 256 },
  "gemma-4-e2b-global": { heads: 8, kvHeads: 1, dim: 512 },
  "gemma-4-e2b-window": { heads: 8, kvHeads: 1, dim: 256, window: 512 },
};

/** Ids the tables of queries, keys and values have rows for. */
const IDS = 16;

/** A model of nothing but attention: so many layers that append and attend, their results added up. */
export function attentionGraph({ heads, kvHeads, dim, window }: HeadShape, layers: number): Graph {
  const model: Architecture<undefined> = {
    api: 1,
    name: "attention",
    modelTypes: [],
    parse: () => undefined,
    context: () => undefined,
    forward(step, weights) {
      const rows = (name: string, count: number) => gather(weights.get(name), step.tokens).heads(count);
      const [q, k, v] = [rows("q", heads), rows("k", kvHeads), rows("v", kvHeads)];
      const results = Array.from({ length: layers }, (_, i) => {
        const cache = step.cache(String(i)).append(k, v).tensor;
        return attention(q, cache, { scale: dim ** -0.5, ...(window && { window }) }).merge();
      });
      return step.wanted(results.reduce((sum, one) => sum.add(one)));
    },
  };
  return capture(model, undefined, tables({ heads, kvHeads, dim }));
}

/** Its tables, in f32. */
export function tables({ heads, kvHeads, dim }: HeadShape): WeightSource {
  return source({ q: [IDS, heads * dim], k: [IDS, kvHeads * dim], v: [IDS, kvHeads * dim] });
}

/** A matrix that is only read, for the limit. */
export const READ_BYTES = 256 * 2 ** 20;
const LIMIT = { table: [IDS, 4096], matrix: [READ_BYTES / 4 / 4096, 4096] } as const;

export function readGraph(): { readonly graph: Graph; readonly source: WeightSource } {
  const weights = source(LIMIT);
  const model: Architecture<undefined> = {
    api: 1,
    name: "read",
    modelTypes: [],
    parse: () => undefined,
    context: () => undefined,
    forward: (step, weights) =>
      matmul(step.wanted(gather(weights.get("table"), step.tokens)), weights.get("matrix")),
  };
  return { graph: capture(model, undefined, weights), source: weights };
}

/** f32 weights whose values go up and down between -1 and 1. */
function source(shapes: Readonly<Record<string, readonly number[]>>): WeightSource {
  return {
    id: "attention",
    names: () => Object.keys(shapes),
    describe: (name) => {
      const shape = shapes[name];
      if (!shape) return undefined;
      const rowBytes = 4 * shape[1]!;
      return {
        type: "f32",
        shape,
        parts: { data: { dtype: "f32", shape, rowBytes, bytes: rowBytes * shape[0]! } },
      };
    },
    extent: () => undefined,
    async read(_name, _part, ranges, into) {
      const floats = new Float32Array(into.buffer, into.byteOffset, into.length / 4);
      const from = ranges[0]! / 4;
      for (let i = 0; i < floats.length; i++) floats[i] = (((from + i) * 40503) % 2001) / 1000 - 1;
    },
    close: async () => {},
  };
}
