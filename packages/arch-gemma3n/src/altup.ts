import { max, rsqrt, sum, type Tensor, tanh, type Weights } from "@engine/core";
import { linear, rmsNorm } from "@engine/nn";
import type { Gemma3nConfig } from "./config.ts";

/** The residual streams, each [tokens, hidden] (AltUp, Baykal et al. 2023, arXiv:2301.13310). */
export type Streams = readonly Tensor[];

/** Mean of squares over the last axis, [tokens, 1]. */
function power(x: Tensor): Tensor {
  return sum(x.mul(x)).mul(1 / (x.shape.at(-1) as number));
}

/** `x` with the magnitude of `like`. */
function matched(x: Tensor, like: Tensor): Tensor {
  const target = power(like);
  // p · rsqrt(p) is the root, and 0 for 0.
  const magnitude = target.mul(rsqrt(max(target, 1e-30)));
  return x.mul(magnitude.mul(rsqrt(max(power(x), 1e-5))));
}

/** The embedding as the first stream, projections of it with its magnitude as the others. */
export function split(h: Tensor, w: Weights, c: Gemma3nConfig): Streams {
  const others = Array.from({ length: c.streams - 1 }, (_, i) =>
    matched(linear(h, w.at(`altup_projections.${i}`)), h),
  );
  return [h, ...others];
}

/** The mean of the first stream and the others projected back. */
export function join(streams: Streams, w: Weights): Tensor {
  const [first, ...others] = streams as [Tensor, ...Tensor[]];
  const back = others.map((s, i) => matched(linear(s, w.at(`altup_unembed_projections.${i}`)), first));
  return back.reduce((total, s) => total.add(s), first).mul(1 / streams.length);
}

/** How much each stream counts for a row: [tokens, streams]. */
function router(x: Tensor, w: Weights, c: Gemma3nConfig): Tensor {
  return tanh(linear(rmsNorm(x, w.at("router_norm"), c.eps).mul(1 / c.hidden), w.at("modality_router")));
}

const column = (x: Tensor, i: number): Tensor => x.slice(1, i, i + 1);

/** What the layer is expected to give, for every stream a mix of all. */
export function predict(streams: Streams, w: Weights, c: Gemma3nConfig): Streams {
  const mix = linear(router(streams[c.active]!, w, c), w.at("prediction_coefs"));
  return streams.map((own, j) =>
    streams.reduce((total, s, i) => total.add(s.mul(column(mix, j * streams.length + i))), own),
  );
}

/** The predictions moved by what the layer really gave for the active stream. */
export function correct(predicted: Streams, activated: Tensor, w: Weights, c: Gemma3nConfig): Streams {
  const shares = linear(router(activated, w, c), w.at("correction_coefs")).add(1);
  const surprise = activated.sub(predicted[c.active]!);
  return predicted.map((p, j) => p.add(surprise.mul(column(shares, j))));
}
