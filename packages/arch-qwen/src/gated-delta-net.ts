import {
  type ConfigReader,
  concat,
  deltaRule,
  exp,
  log,
  max,
  rsqrt,
  shortConv,
  sigmoid,
  silu,
  sum,
  type Tensor,
  type Weights,
} from "@engine/core";
import { linear, rmsNorm } from "@engine/nn";

export interface DeltaNet {
  readonly keyHeads: number;
  readonly valueHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Value heads of one key head stand key heads apart, not side by side. */
  readonly tiled: boolean;
}

export function deltaNetConfig(config: ConfigReader): DeltaNet {
  return {
    keyHeads: config.int("linear_num_key_heads", 16),
    valueHeads: config.int("linear_num_value_heads", 32),
    keyDim: config.int("linear_key_head_dim", 128),
    valueDim: config.int("linear_value_head_dim", 128),
    tiled: config.bool("linear_value_heads_tiled", false),
  };
}

/** A layer that keeps one matrix for each head instead of keys and values: the gated delta rule after a short convolution. */
export function gatedDeltaNet(
  x: Tensor,
  w: Weights,
  c: DeltaNet & { readonly eps: number },
  layer: number,
): Tensor {
  const { keyHeads, valueHeads, keyDim, valueDim } = c;
  const { qkv, z, b, a } = w.at("in_proj_qkvz").has() ? grouped(x, w, c) : apart(x, w, c);
  const taps = w.at("conv1d").get();
  const mixed = silu(shortConv(qkv, taps.reshape([taps.shape[0]!, 1, taps.shape.at(-1)!]), `conv${layer}`));
  const keys = keyHeads * keyDim;
  // Tiled value heads meet the key heads one after the other, again and again.
  const spread = (x: Tensor): Tensor =>
    c.tiled ? concat(new Array<Tensor>(valueHeads / keyHeads).fill(x), 1) : x;
  const q = spread(unit(mixed.slice(1, 0, keys).heads(keyHeads)).mul(keyDim ** -0.5));
  const k = spread(unit(mixed.slice(1, keys, 2 * keys).heads(keyHeads)));
  const v = mixed.slice(1, 2 * keys, 2 * keys + valueHeads * valueDim).heads(valueHeads);
  const g = softplus(a.add(w.get("dt_bias"))).mul(w.has("A") ? w.get("A") : exp(w.get("A_log")).mul(-1));
  const o = deltaRule({ q, k, v, g, beta: sigmoid(b) }, `delta${layer}`);
  const gated = rmsNorm(o, w.at("norm"), c.eps).mul(silu(z.heads(valueHeads)));
  return linear(gated.merge(), w.at("out_proj"));
}

interface Projections {
  /** [tokens, channels] in the order queries, keys, values. */
  readonly qkv: Tensor;
  readonly z: Tensor;
  readonly b: Tensor;
  readonly a: Tensor;
}

/** Qwen 3.5: one projection for each; GGUF files of Qwen 3 Next keep its two gates together. */
function apart(x: Tensor, w: Weights, c: DeltaNet): Projections {
  const project = (name: string): Tensor => linear(x, w.at(`in_proj_${name}`));
  const gates = w.at("in_proj_ba").has() ? groupedGates(x, w, c) : { b: project("b"), a: project("a") };
  return { qkv: project("qkv"), z: project("z"), ...gates };
}

/** Qwen 3 Next: for each key head its query, key, values and gates stand together. */
function grouped(x: Tensor, w: Weights, c: DeltaNet): Projections {
  const { keyHeads, valueHeads, keyDim, valueDim } = c;
  const values = (valueHeads / keyHeads) * valueDim;
  const qkvz = linear(x, w.at("in_proj_qkvz")).heads(keyHeads);
  const part = (begin: number, end: number): Tensor => qkvz.slice(2, begin, end).merge();
  const [q, k, v] = [
    part(0, keyDim),
    part(keyDim, 2 * keyDim),
    part(2 * keyDim, 2 * keyDim + values),
  ] as const;
  const z = part(2 * keyDim + values, 2 * keyDim + 2 * values);
  return { qkv: concat([q, k, v], 1), z, ...groupedGates(x, w, c) };
}

function groupedGates(
  x: Tensor,
  w: Weights,
  { keyHeads, valueHeads }: DeltaNet,
): Pick<Projections, "a" | "b"> {
  const each = valueHeads / keyHeads;
  const ba = linear(x, w.at("in_proj_ba")).heads(keyHeads);
  return { b: ba.slice(2, 0, each).merge(), a: ba.slice(2, each, 2 * each).merge() };
}

/** x at unit length; 1e-6 keeps it finite. */
function unit(x: Tensor): Tensor {
  return x.mul(rsqrt(sum(x.mul(x)).add(1e-6)));
}

/** ln(1 + e^x), without overflow: max(x, 0) + ln(1 + e^-|x|). */
function softplus(x: Tensor): Tensor {
  const size = max(x, x.mul(-1));
  return max(x, 0).add(log(exp(size.mul(-1)).add(1)));
}
