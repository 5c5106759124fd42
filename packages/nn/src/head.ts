import { matmul, type Tensor, type Weights } from "@engine/core";

/** Logits [rows, vocab]: by `lm_head` where the checkpoint has one, else by the embedding table when the two are tied. */
export function languageHead(
  x: Tensor,
  head: Weights,
  table: Weights,
  options: { readonly tied: boolean },
): Tensor {
  return matmul(x, options.tied && !head.has() ? table.get() : head.get());
}
