import { cast, cos, exp, greater, log, max, rope as op, type Step, sin, type Tensor } from "@engine/core";
import type { RopeConfig, RopeFrequencies } from "./rope-config.ts";

export interface RopeAngles {
  /** [tokens, pairs] */
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly interleaved: boolean;
}

/** The step's rotation angles; layers that ask for the same ones share them. */
export function ropeAngles(step: Step, config: RopeConfig): RopeAngles {
  const angles = cast(step.positions).reshape(["tokens", 1]).mul(ropeSpeeds(step, config.frequencies));
  const scaled = (x: Tensor): Tensor => (config.attentionFactor === 1 ? x : x.mul(config.attentionFactor));
  return { cos: scaled(cos(angles)), sin: scaled(sin(angles)), interleaved: config.interleaved ?? false };
}

/** x [tokens, heads, size] with its first channels turned; pairs (i, i + half), or (2i, 2i + 1) when interleaved. */
export function rope(x: Tensor, { cos, sin, interleaved }: RopeAngles): Tensor {
  return op(x, cos, sin, { interleaved });
}

/** Inverse frequencies [pairs], or [tokens, pairs] where they depend on the length of a row's text. */
export function ropeSpeeds(step: Step, frequencies: RopeFrequencies): Tensor {
  const constant = (values: Float32Array): Tensor => step.constant(values, [values.length]);
  if (frequencies.kind === "fixed") return constant(frequencies.inverse);
  const extents = cast(step.extents).reshape(["tokens", 1]);
  if (frequencies.kind === "longrope") {
    const isLong = greater(extents, frequencies.original);
    // One product is zero, so the sum is exact.
    return isLong.mul(constant(frequencies.long)).add(isLong.mul(-1).add(1).mul(constant(frequencies.short)));
  }
  // Dynamic NTK: theta · (factor · n / trained - (factor - 1))^(d / (d - 2)), as a power of e for all pairs at once.
  const { theta, factor, trained, pairs } = frequencies;
  const growth = max(extents, trained)
    .mul(factor / trained)
    .sub(factor - 1);
  const logBase = log(growth)
    .mul(pairs / (pairs - 1))
    .add(Math.log(theta));
  return exp(logBase.mul(constant(Float32Array.from({ length: pairs }, (_, i) => -i / pairs))));
}
