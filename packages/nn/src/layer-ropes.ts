import type { ConfigReader } from "@engine/core";
import { plainRope, type RopeConfig, ropeConfig } from "./rope-config.ts";

export interface LayerRopes {
  readonly full: RopeConfig;
  readonly sliding: RopeConfig;
}

export interface LayerRopeDefaults {
  /** Channels of a head in layers of each kind. */
  readonly headDim: { readonly full: number; readonly sliding: number };
  /** Scaling of the full layers where the config states none. */
  readonly full?: ConfigReader;
}

/**
 * Rotation of the two kinds of layers: `rope_parameters` by layer type (transformers 5), or `rope_theta` with
 * `rope_scaling` for the full layers and `rope_local_base_freq` for the sliding ones (transformers 4).
 */
export function layerRopes(config: ConfigReader, { headDim, full }: LayerRopeDefaults): LayerRopes {
  const nested = config.section("rope_parameters");
  const section = (type: string): ConfigReader | undefined => nested?.section(type);
  const fullSection =
    section("full_attention") ?? (config.has("rope_theta") || config.has("rope_scaling") ? undefined : full);
  const slidingSection = section("sliding_attention");
  return {
    full: ropeConfig(config, {
      headDim: headDim.full,
      theta: 1e6,
      ...(fullSection && { section: fullSection }),
    }),
    sliding: slidingSection
      ? ropeConfig(config, { headDim: headDim.sliding, section: slidingSection })
      : plainRope(config.float("rope_local_base_freq", 10_000), headDim.sliding),
  };
}
