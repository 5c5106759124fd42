import { type ConfigReader, sigmoid, type Tensor, type Weights } from "@engine/core";
import { type Activation, experts, gatedMlp, linear, moe, route } from "@engine/nn";

export interface SparseMlp {
  readonly experts: number;
  /** Experts of a row. */
  readonly k: number;
  readonly renormalise: boolean;
  readonly sharedExpert: boolean;
}

export function sparseMlpConfig(config: ConfigReader, options: { readonly renormalise: boolean }): SparseMlp {
  return {
    experts: config.int(config.has("num_experts") ? "num_experts" : "num_local_experts"),
    k: config.int("num_experts_per_tok"),
    renormalise: config.bool("norm_topk_prob", options.renormalise),
    sharedExpert: config.int("shared_expert_intermediate_size", 0) > 0,
  };
}

/** The routed experts, and beside them an expert all rows share, behind a gate of its own. */
export function sparseMlp(x: Tensor, w: Weights, c: SparseMlp, activation: Activation): Tensor {
  const routing = route(linear(x, w.at("gate")), { k: c.k, renormalise: c.renormalise });
  const routed = moe(x, routing, experts(w, c.experts), activation);
  if (!c.sharedExpert) return routed;
  const gate = sigmoid(linear(x, w.at("shared_expert_gate")));
  return routed.add(gatedMlp(x, w.at("shared_expert"), { activation }).mul(gate));
}
