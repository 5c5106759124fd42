import type { Tensor, Weights } from "@engine/core";
import { embed } from "./embed.ts";
import { type Activation, activate } from "./gated-mlp.ts";
import { linear } from "./linear.ts";
import { rmsNorm } from "./rms-norm.ts";

export interface PerLayerConfig {
  readonly hidden: number;
  /** Width of a layer's embedding. */
  readonly perLayer: number;
  readonly layerCount: number;
  readonly eps: number;
}

/** A small embedding of each token for each layer, from a table and from the token's embedding: [tokens, layers, width]. */
export function perLayerInputs(h: Tensor, ids: Tensor, w: Weights, c: PerLayerConfig): Tensor {
  const shape = ["tokens", c.layerCount, c.perLayer];
  const table = embed(ids, w.at("embed_tokens_per_layer")).mul(Math.sqrt(c.perLayer)).reshape(shape);
  const context = linear(h, w.at("per_layer_model_projection"))
    .mul(c.hidden ** -0.5)
    .reshape(shape);
  return rmsNorm(context, w.at("per_layer_projection_norm"), c.eps).add(table).mul(Math.SQRT1_2);
}

/** What layer `index` makes of its embedding, gated by the residual stream x [tokens, hidden]. */
export function perLayerUpdate(
  x: Tensor,
  inputs: Tensor,
  w: Weights,
  index: number,
  options: { readonly eps: number; readonly activation: Activation },
): Tensor {
  const own = inputs.slice(1, index, index + 1).reshape(["tokens", inputs.shape[2]!]);
  const gated = activate(linear(x, w.at("per_layer_input_gate")), options.activation).mul(own);
  return rmsNorm(linear(gated, w.at("per_layer_projection")), w.at("post_per_layer_input_norm"), options.eps);
}
