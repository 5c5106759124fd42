const { fround } = Math;

/** 1 / (stretch_i · theta^(2i / dim)) for i < dim / 2, rounded where transformers rounds to f32. */
export function inverseFrequencies(theta: number, dim: number, stretch?: readonly number[]): Float32Array {
  return Float32Array.from({ length: dim / 2 }, (_, i) => {
    const power = fround(theta ** fround((2 * i) / dim));
    return 1 / (stretch ? fround(fround(stretch[i]!) * power) : power);
  });
}

export interface Llama3Scaling {
  readonly factor: number;
  readonly low: number;
  readonly high: number;
  readonly original: number;
}

/** Llama 3.1: long waves are slowed by `factor`, short ones kept, those between blended. */
export function llama3Frequencies(
  base: Float32Array,
  { factor, low, high, original }: Llama3Scaling,
): Float32Array {
  return base.map((inverse) => {
    const wavelength = (2 * Math.PI) / inverse;
    if (wavelength < original / high) return inverse;
    if (wavelength > original / low) return inverse / factor;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * inverse) / factor + smooth * inverse;
  });
}

export interface YarnScaling {
  readonly theta: number;
  readonly dim: number;
  readonly factor: number;
  readonly original: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  readonly truncate: boolean;
}

/** YaRN (Peng et al. 2023, arXiv:2309.00071): pairs that turn often keep their speed, the slow ones are interpolated. */
export function yarnFrequencies({
  theta,
  dim,
  factor,
  original,
  betaFast,
  betaSlow,
  truncate,
}: YarnScaling): Float32Array {
  const correction = (rotations: number): number =>
    (dim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(truncate ? Math.floor(correction(betaFast)) : correction(betaFast), 0);
  const last = Math.min(truncate ? Math.ceil(correction(betaSlow)) : correction(betaSlow), dim - 1);
  const high = last === low ? last + 0.001 : last;
  return inverseFrequencies(theta, dim).map((inverse, i) => {
    const ramp = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return (ramp * inverse) / factor + (1 - ramp) * inverse;
  });
}

/** With mscale and mscale_all_dim their quotient, else the paper's 0.1 ln(factor) + 1. */
export function yarnAttentionFactor(factor: number, [mscale, mscaleAllDim]: readonly number[]): number {
  const grown = (weight: number): number => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  return mscale && mscaleAllDim ? grown(mscale) / grown(mscaleAllDim) : grown(1);
}
