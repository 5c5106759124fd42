import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { sequenceRows } from "./row-places.ts";

/**
 * Gated delta rule (Yang et al. 2024, arXiv:2412.06464). For each value head a state S [keyDim, valueDim], row by row:
 * S ← e^g S;  S ← S + k ⊗ β (v − kᵀ S);  o = qᵀ S.
 * q, k [tokens, keyHeads, keyDim], v [tokens, heads, valueDim], g and β [tokens, heads], to o [tokens, heads, valueDim].
 * Head h uses key head floor(h / (heads / keyHeads)).
 */
export const deltaRuleOp: Op = {
  name: "delta-rule",
  rowwise: false,
  effect: true,
  infer([q, k, v, g, beta]) {
    const heads = v!.shape[1] as number;
    const gates = [g!, beta!].every((x) => x.shape.length === 2 && x.shape[1] === heads);
    const keys =
      q!.shape.length === 3 &&
      q!.shape.every((dim, i) => dim === k!.shape[i]) &&
      heads % (k!.shape[1] as number) === 0;
    if (!gates || !keys || v!.shape.length !== 3 || v!.shape[0] !== "tokens") {
      const all = [q, k, v, g, beta].map((x) => label(x!)).join(", ");
      throw new EngineError(
        "bad-shape",
        `delta-rule: queries, keys, values, decays and rates do not fit each other: ${all}.`,
      );
    }
    return { shape: v!.shape, dtype: "f32" };
  },
  state: ([, k, v]) => [v!.shape[1] as number, k!.shape[2] as number, v!.shape[2] as number],
  reference([q, k, v, g, beta], out, attrs, run) {
    const slots = run.state(attrs.state as string);
    const [, keyHeads, keyDim] = k!.shape as [number, number, number];
    const [, heads, valueDim] = v!.shape as [number, number, number];
    for (const { sequence, first, rows } of sequenceRows(run.step)) {
      const state = Float32Array.from(slots.read(sequence));
      for (let row = first; row < first + rows; row++) {
        for (let h = 0; h < heads; h++) {
          const key = (row * keyHeads + Math.floor(h / (heads / keyHeads))) * keyDim;
          const value = (row * heads + h) * valueDim;
          const gate = row * heads + h;
          const S = state.subarray(h * keyDim * valueDim, (h + 1) * keyDim * valueDim);
          const decay = Math.exp(g!.data[gate]!);
          for (let i = 0; i < S.length; i++) S[i]! *= decay;
          for (let j = 0; j < valueDim; j++) {
            let seen = 0;
            for (let i = 0; i < keyDim; i++) seen += k!.data[key + i]! * S[i * valueDim + j]!;
            const change = beta!.data[gate]! * (v!.data[value + j]! - seen);
            let answer = 0;
            for (let i = 0; i < keyDim; i++) {
              S[i * valueDim + j]! += k!.data[key + i]! * change;
              answer += q!.data[key + i]! * S[i * valueDim + j]!;
            }
            out.data[value + j] = answer;
          }
        }
      }
      slots.write(sequence, state);
    }
  },
};

export interface DeltaRuleInputs {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  /** Logarithm of each head's decay. */
  readonly g: Tensor;
  /** How far each head moves towards the new value, 0 to 1. */
  readonly beta: Tensor;
}

export function deltaRule({ q, k, v, g, beta }: DeltaRuleInputs, state: string): Tensor {
  return q.graph.emit(deltaRuleOp, [q, k, v, g, beta], { state });
}
