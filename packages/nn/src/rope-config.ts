import { type ConfigReader, EngineError } from "@engine/core";
import {
  inverseFrequencies,
  llama3Frequencies,
  yarnAttentionFactor,
  yarnFrequencies,
} from "./rope-frequencies.ts";

/** How fast each pair of channels turns, in radians per position. */
export type RopeFrequencies =
  | { readonly kind: "fixed"; readonly inverse: Float32Array }
  /** `long` for rows of a text longer than `original` tokens, else `short`. */
  | {
      readonly kind: "longrope";
      readonly short: Float32Array;
      readonly long: Float32Array;
      readonly original: number;
    }
  /** The base grows with the text once it is longer than `trained` tokens. */
  | {
      readonly kind: "dynamic";
      readonly theta: number;
      readonly factor: number;
      readonly trained: number;
      readonly pairs: number;
    };

export interface RopeConfig {
  readonly frequencies: RopeFrequencies;
  /** Multiplies cos and sin. */
  readonly attentionFactor: number;
  /** Pairs of channels stand side by side (2i, 2i + 1), not half a head apart. */
  readonly interleaved?: boolean;
}

export interface RopeDefaults {
  readonly headDim: number;
  readonly theta?: number;
  readonly partialRotary?: number;
  /** Where `rope_interleave` is not given. */
  readonly interleaved?: boolean;
  /** The object with the scaling's keys, where it is not `rope_scaling` or `rope_parameters`. */
  readonly section?: ConfigReader;
}

/**
 * Reads `rope_theta` with `rope_scaling` (transformers 4) or `rope_parameters` (5): default, linear, dynamic,
 * llama3, yarn, longrope, proportional. Follows transformers' modeling_rope_utils. `rope_interleave` says how
 * channels are paired.
 */
export function ropeConfig(config: ConfigReader, defaults: RopeDefaults): RopeConfig {
  const turning = frequenciesOf(config, defaults);
  return config.bool("rope_interleave", defaults.interleaved ?? false)
    ? { ...turning, interleaved: true }
    : turning;
}

function frequenciesOf(config: ConfigReader, defaults: RopeDefaults): RopeConfig {
  const scaling = defaults.section ?? config.section("rope_scaling") ?? config.section("rope_parameters");
  const own = (key: string): ConfigReader => (scaling?.has(key) ? scaling : config);
  const theta = own("rope_theta").float("rope_theta", defaults.theta ?? 10_000);
  const dim = Math.trunc(
    defaults.headDim *
      own("partial_rotary_factor").float("partial_rotary_factor", defaults.partialRotary ?? 1),
  );
  const type = scaling?.string("rope_type", scaling.string("type", "default")) ?? "default";
  // Proportional rotation counts the pairs of the whole head.
  if (type !== "proportional" && (dim < 2 || dim % 2 !== 0))
    throw new EngineError(
      "bad-config",
      `The rotary part of a head is ${dim} wide; pairs need an even width from 2 on.`,
    );
  const fixed = (inverse: Float32Array, attentionFactor = 1): RopeConfig => ({
    frequencies: { kind: "fixed", inverse },
    attentionFactor,
  });
  const base = inverseFrequencies(theta, dim);
  if (!scaling || type === "default") return fixed(base);

  const trained = (): number => config.int("max_position_embeddings");
  const original = (): number => {
    const key = "original_max_position_embeddings";
    const holder = config.has(key) ? config : scaling;
    return holder.has(key) ? holder.int(key) : trained();
  };
  const factor = (): number => (scaling.has("factor") ? scaling.float("factor") : trained() / original());
  switch (type) {
    case "linear": {
      const divisor = scaling.float("factor");
      return fixed(base.map((inverse) => inverse / divisor));
    }
    case "dynamic":
      return {
        frequencies: {
          kind: "dynamic",
          theta,
          factor: scaling.float("factor"),
          trained: trained(),
          pairs: dim / 2,
        },
        attentionFactor: 1,
      };
    case "llama3": {
      const [low, high] = [scaling.float("low_freq_factor"), scaling.float("high_freq_factor")];
      return fixed(
        llama3Frequencies(base, { factor: scaling.float("factor"), low, high, original: original() }),
      );
    }
    case "yarn": {
      const options = {
        theta,
        dim,
        factor: factor(),
        original: original(),
        betaFast: scaling.float("beta_fast", 32),
        betaSlow: scaling.float("beta_slow", 1),
        truncate: scaling.bool("truncate", true),
      };
      const mscale =
        scaling.has("mscale") && scaling.has("mscale_all_dim")
          ? [scaling.float("mscale"), scaling.float("mscale_all_dim")]
          : [];
      return fixed(
        yarnFrequencies(options),
        scaling.float("attention_factor", yarnAttentionFactor(options.factor, mscale)),
      );
    }
    case "longrope": {
      const extended = (key: string): Float32Array => {
        const factors = scaling.floats(key);
        if (factors?.length === dim / 2) return inverseFrequencies(theta, dim, factors);
        const met = factors ? `${factors.length}` : "none";
        throw new EngineError(
          "bad-config",
          `${scaling.where}: "${key}" must list ${dim / 2} numbers, one for each pair of channels, but has ${met}.`,
        );
      };
      const stretch = factor();
      const byFormula = stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original()));
      return {
        frequencies: {
          kind: "longrope",
          short: extended("short_factor"),
          long: extended("long_factor"),
          original: original(),
        },
        attentionFactor: scaling.float("attention_factor", byFormula),
      };
    }
    case "proportional": {
      // Only the first channels of each half turn, at the speeds of the whole head; the others turn by zero.
      const all = inverseFrequencies(theta, defaults.headDim);
      const divisor = scaling.float("factor", 1);
      return fixed(all.map((inverse, i) => (i < dim >> 1 ? inverse / divisor : 0)));
    }
    default: {
      const known = "default, linear, dynamic, llama3, yarn, longrope, proportional";
      throw new EngineError(
        "unsupported",
        `${scaling.where}: the rope type "${type}" is not one of ${known}.`,
      );
    }
  }
}

/** Rotation at one base, without any scaling. */
export function plainRope(theta: number, dim: number): RopeConfig {
  return { frequencies: { kind: "fixed", inverse: inverseFrequencies(theta, dim) }, attentionFactor: 1 };
}
