import type { Step, Tensor, Weights } from "@engine/core";
import { attention, type DecoderConfig, linear, type RopeAngles, rmsNorm, rope } from "@engine/nn";

export interface QwenAttention {
  /** Qwen 2 has biases on q, k and v. */
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  /** Qwen 3 normalises each head's queries and keys. */
  readonly qkNorm: boolean;
  /** Sliding window of each layer. */
  readonly windows: readonly (number | undefined)[];
}

export function selfAttention(
  x: Tensor,
  w: Weights,
  c: DecoderConfig & QwenAttention,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.qkvBias }).heads(heads);
  const normed = (y: Tensor, name: string): Tensor => (c.qkNorm ? rmsNorm(y, w.at(name), c.eps) : y);
  const q = rope(normed(project("q_proj", c.heads), "q_norm"), angles);
  const k = rope(normed(project("k_proj", c.kvHeads), "k_norm"), angles);
  const cache = step.cache(layer).append(k, project("v_proj", c.kvHeads));
  const window = c.windows[layer];
  const mixed = attention(q, cache.tensor, { scale: c.headDim ** -0.5, ...(window && { window }) });
  return linear(mixed.merge(), w.at("o_proj"), { bias: c.outputBias });
}
