import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { silu } from "./activations.ts";

/** silu(gate) · up, the middle of a gated MLP. A fused op: devices offer it, families never name it. */
export const siluMulOp: Op = {
  name: "silu-mul",
  rowwise: true,
  arity: 2,
  infer: ([gate]) => ({ shape: gate!.shape, dtype: "f32" }),
  define: ([gate, up]) => silu(gate!).mul(up!),
};

export const siluMul = (gate: Tensor, up: Tensor): Tensor => gate.graph.emit(siluMulOp, [gate, up]);
