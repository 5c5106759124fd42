import { cast, greater, type Step, type Tensor, toInt, type Weights } from "@engine/core";
import { embed, linear, rmsNorm, unitNorm } from "@engine/nn";
import type { Gemma3nConfig, MediaIds } from "./config.ts";

/** Where the checkpoint keeps what stands beside its towers. */
const PREFIXES = ["model", "", "language_model"];

/**
 * Embeddings h [tokens, hidden], where ids past the text's have one of their own from the table beside a tower
 * ("hard" ones: the ends of an image, padding), and the caller's for the soft tokens of images and sound.
 */
export function withMedia(h: Tensor, step: Step, weights: Weights, c: Gemma3nConfig): Tensor {
  if (c.media.length === 0) return h;
  const ids = cast(step.tokens).reshape(["tokens", 1]);
  const hard = c.media.reduce((x, kind) => {
    const w = PREFIXES.map((prefix) => weights.at(prefix ? `${prefix}.${kind.name}` : kind.name)).find((at) =>
      at.at("embedding").has(),
    );
    if (!w) return x;
    const within = greater(ids, kind.begin - 1).sub(greater(ids, kind.end - 1));
    // One product is zero, so the sum is exact.
    return x.mul(within.mul(-1).add(1)).add(hardEmbedding(ids, within, w, kind, c).mul(within));
  }, h);
  return step.overlay(hard);
}

function hardEmbedding(ids: Tensor, within: Tensor, w: Weights, kind: MediaIds, c: Gemma3nConfig): Tensor {
  const row = toInt(ids.sub(kind.begin).mul(within)).reshape(["tokens"]);
  const normed = rmsNorm(embed(row, w.at("embedding")), w.at("hard_embedding_norm"), kind.eps);
  return unitNorm(linear(normed, w.at("embedding_projection")), kind.eps).reshape(["tokens", c.hidden]);
}
