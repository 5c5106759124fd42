import { max, rsqrt, sum, type Tensor, type Weights } from "@engine/core";
import { activate, type GatedMlpOptions, linear } from "@engine/nn";
import { normalQuantile } from "./normal-quantile.ts";

/** A gated MLP whose gates below the given share of a normal distribution are zero; all of them stay for a share of 0. */
export function sparseMlp(x: Tensor, w: Weights, share: number, { activation }: GatedMlpOptions): Tensor {
  const gate = linear(x, w.at("gate_proj"));
  const kept = share > 0 ? max(gate.sub(cutoff(gate, share)), 0) : gate;
  return linear(activate(kept, activation).mul(linear(x, w.at("up_proj"))), w.at("down_proj"));
}

/** mean + quantile · standard deviation of each row. */
function cutoff(gate: Tensor, share: number): Tensor {
  const each = 1 / (gate.shape.at(-1) as number);
  const mean = sum(gate).mul(each);
  const off = gate.sub(mean);
  const variance = sum(off.mul(off)).mul(each);
  const deviation = variance.mul(rsqrt(max(variance, 1e-30)));
  return mean.add(deviation.mul(normalQuantile(share)));
}
