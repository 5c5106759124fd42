import { type ConfigReader, sigmoid, type Tensor, type Weights } from "@engine/core";
import { type Activation, experts, gatedMlp, linear, moe, route } from "@engine/nn";

export interface SparseMlp {
  readonly experts: number;
  /** Experts of a row. */
  readonly k: number;
  readonly renormalise: boolean;
  readonly sharedExpert: boolean;
}

export interface SparseDefaults {
  /** Whether the model is a mixture of experts at all. */
  readonly mixture: boolean;
  /** Where `norm_topk_prob` is not given. */
  readonly renormalise: boolean;
}

/** The experts of each layer that has some: every `decoder_sparse_step`th, without those of `mlp_only_layers`. */
export function sparseLayers(
  config: ConfigReader,
  layers: number,
  { mixture, renormalise }: SparseDefaults,
): readonly (SparseMlp | undefined)[] {
  if (!mixture) return [];
  const mlp = {
    experts: config.int(config.has("num_experts") ? "num_experts" : "num_local_experts"),
    k: config.int("num_experts_per_tok"),
    renormalise: config.bool("norm_topk_prob", renormalise),
    sharedExpert: config.int("shared_expert_intermediate_size", 0) > 0,
  };
  const stride = config.int("decoder_sparse_step", 1);
  const dense = config.floats("mlp_only_layers") ?? [];
  return Array.from({ length: layers }, (_, i) =>
    dense.includes(i) || (i + 1) % stride !== 0 ? undefined : mlp,
  );
}

/** The routed experts, and beside them an expert all rows share, behind a gate of its own. */
export function sparseMlp(x: Tensor, w: Weights, c: SparseMlp, activation: Activation): Tensor {
  const routing = route(linear(x, w.at("gate")), { k: c.k, renormalise: c.renormalise });
  const routed = moe(x, routing, experts(w, c.experts), activation);
  if (!c.sharedExpert) return routed;
  const gate = sigmoid(linear(x, w.at("shared_expert_gate")));
  return routed.add(gatedMlp(x, w.at("shared_expert"), { activation }).mul(gate));
}
