import { matmul, type Tensor, type Weights } from "@engine/core";

/** x Wᵀ (+ b): x [..., in], weight [out, in], bias [out]. The bias is there when the checkpoint has one, unless told. */
export function linear(x: Tensor, w: Weights, options: { readonly bias?: boolean } = {}): Tensor {
  const y = matmul(x, w.get());
  return (options.bias ?? w.has("bias")) ? y.add(w.get("bias")) : y;
}
