import { gather, type Tensor, type Weights } from "@engine/core";
import { experts, linear, moe, route, unitNorm } from "@engine/nn";
import type { Gemma4Config } from "./config.ts";

/** The experts, routed by the residual stream itself and fed its norm; an expert's own scale comes after renormalising. */
export function sparseMlp(
  residual: Tensor,
  x: Tensor,
  w: Weights,
  c: Gemma4Config & Required<Pick<Gemma4Config, "moe">>,
): Tensor {
  const router = w.at("router");
  const seen = unitNorm(residual, c.eps)
    .mul(router.get("scale"))
    .mul(c.hidden ** -0.5);
  const { ids, weights } = route(linear(seen, router.at("proj")), { k: c.moe.k, renormalise: true });
  const scale = gather(router.get("per_expert_scale").reshape([c.moe.experts, 1]), ids).reshape(
    weights.shape,
  );
  return moe(x, { ids, weights: weights.mul(scale) }, experts(w, c.moe.experts), c.activation);
}
