import { gather, type Tensor, type Weights } from "@engine/core";

/** Rows of the table [vocab, hidden] for ids [...]: f32 [..., hidden]. */
export function embed(ids: Tensor, w: Weights): Tensor {
  return gather(w.get(), ids);
}
