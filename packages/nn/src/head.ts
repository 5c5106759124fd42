import { matmul, type Tensor, type Weights } from "@engine/core";
import { textWeights } from "./text-weights.ts";

/** Logits [rows, vocab]: by `lm_head` where the checkpoint has one, else by the embedding table when the two are tied. */
export function languageHead(x: Tensor, weights: Weights, options: { readonly tied: boolean }): Tensor {
  const head = ["lm_head", "language_model.lm_head"].map((name) => weights.at(name)).find((w) => w.has());
  if (head) return matmul(x, head.get());
  return matmul(
    x,
    options.tied ? textWeights(weights).at("embed_tokens").get() : weights.at("lm_head").get(),
  );
}
