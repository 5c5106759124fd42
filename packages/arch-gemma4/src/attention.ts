import type { Cache, Step, Tensor, Weights } from "@engine/core";
import { attention, linear, type RopeAngles, rmsNorm, rope, unitNorm } from "@engine/nn";
import type { Gemma4Config, Gemma4Layer } from "./config.ts";

/** Scores are not scaled: queries and keys are normalised. Layers without keys of their own read their owner's cache. */
export function selfAttention(
  x: Tensor,
  w: Weights,
  c: Gemma4Config,
  step: Step,
  angles: RopeAngles,
  index: number,
): Tensor {
  const layer = c.layers[index]!;
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  const q = rope(rmsNorm(project("q_proj", c.heads), w.at("q_norm"), c.eps), angles);
  const cache = layer.owner === index ? append(step, index, layer) : step.cache(layer.owner);
  const mixed = attention(q, cache.tensor, {
    scale: 1,
    ...(layer.window && { window: layer.window }),
    ...(layer.blocks && { blocks: layer.blocks }),
  });
  return linear(mixed.merge(), w.at("o_proj"), { bias: c.bias });

  function append(step: Step, index: number, { kvHeads, keyIsValue }: Gemma4Layer): Cache {
    const k = project("k_proj", kvHeads);
    const v = keyIsValue ? k : project("v_proj", kvHeads);
    return step.cache(index).append(rope(rmsNorm(k, w.at("k_norm"), c.eps), angles), unitNorm(v, c.eps));
  }
}
