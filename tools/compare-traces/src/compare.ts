import { EngineError } from "@engine/core";
import type { ReadTensor } from "@engine/loader";

export interface Difference {
  readonly name: string;
  /** Largest difference, relative to the values' size (at least 1). */
  readonly off: number;
  readonly row: number;
  readonly column: number;
  readonly ours: number;
  readonly theirs: number;
}

/** The traces both sides hold, in the order of the model, each with its largest difference. */
export function compareTraces(
  ours: ReadonlyMap<string, ReadTensor>,
  theirs: ReadonlyMap<string, ReadTensor>,
): Difference[] {
  const shared = [...ours.keys()].filter((name) => theirs.has(name)).sort(byPlace);
  if (shared.length === 0)
    throw new EngineError("bad-option", "The two files hold no trace of the same name.");
  return shared.map((name) => difference(name, ours.get(name)!, theirs.get(name)!));
}

function difference(name: string, ours: ReadTensor, theirs: ReadTensor): Difference {
  const [a, b] = [ours.data as Float32Array, theirs.data as Float32Array];
  if (a.length !== b.length) {
    throw new EngineError(
      "bad-shape",
      `trace "${name}": [${ours.shape}] in one file, [${theirs.shape}] in the other. Were both made from the same tokens?`,
    );
  }
  let [worst, at, size] = [0, 0, 1];
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!);
    size = Math.max(size, Math.abs(b[i]!));
    if (!(off <= worst)) [worst, at] = [Number.isNaN(off) ? Number.POSITIVE_INFINITY : off, i];
  }
  const width = ours.shape.at(-1) ?? 1;
  return {
    name,
    off: worst / size,
    row: Math.floor(at / width),
    column: at % width,
    ours: a[at]!,
    theirs: b[at]!,
  };
}

/** What runs within a layer, in order; names that say nothing come before the layer's end. */
const STEPS = [
  "input_layernorm",
  "q_proj",
  "k_proj",
  "v_proj",
  "qkv",
  "q_norm",
  "k_norm",
  "o_proj",
  "dense",
  "post_attention",
  "pre_feedforward",
  "router",
  "gate",
  "up_proj",
  "down_proj",
  "post_feedforward",
];

function byPlace(a: string, b: string): number {
  const [x, y] = [place(a), place(b)];
  return x.layer - y.layer || x.step - y.step || (a < b ? -1 : 1);
}

function place(name: string): { readonly layer: number; readonly step: number } {
  const whole = /^layer(\d+)$/.exec(name);
  if (whole) return { layer: Number(whole[1]), step: STEPS.length + 1 };
  const inside = /\.(?:layers|h|blocks)\.(\d+)\.(.*)$/.exec(name);
  if (inside) {
    const step = STEPS.findIndex((word) => inside[2]!.includes(word));
    return { layer: Number(inside[1]), step: step < 0 ? STEPS.length : step };
  }
  const first = /(^|\.)embed/.test(name);
  return { layer: first ? -1 : Number.MAX_SAFE_INTEGER, step: name === "logits" ? 1 : 0 };
}
