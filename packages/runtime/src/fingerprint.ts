import type { Graph, WeightSource } from "@engine/core";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Runner } from "./runner.ts";

/** Bytes of each weight that tell one checkpoint from another of the same shapes. */
const SAMPLE = 64;

/**
 * Names a model and how its blocks are laid out: its arithmetic as captured, before any device changed it, and the
 * first bytes of each weight.
 */
export async function fingerprint(graph: Graph, source: WeightSource, runner: Runner): Promise<string> {
  const hash = sha256.create();
  const add = (value: unknown): void => {
    hash.update(new TextEncoder().encode(JSON.stringify(value, plain)));
  };
  const { caches, states, weights } = runner.program;
  add({ caches, states, blockTokens: runner.size.blockTokens });
  const numbers = new Map(graph.nodes.map((node, i) => [node, i]));
  for (const { op, attrs, inputs, shape } of graph.nodes)
    add([op.name, attrs, inputs.map((node) => numbers.get(node)), shape]);
  for (const { name, encoding } of weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [part, { bytes }] = Object.entries(encoding.parts)[0]!;
    const sample = new Uint8Array(Math.min(SAMPLE, bytes));
    await source.read(name, part, Float64Array.of(0, sample.length), sample);
    hash.update(sample);
  }
  return bytesToHex(hash.digest());
}

/** Typed arrays as lists of their numbers; functions (a weight's decoder) left out. */
function plain(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
}
