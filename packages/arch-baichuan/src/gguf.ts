import type { GgufFacts, GgufReading } from "@engine/core";
import { decoderNames, type GgufConfig, ggufDecoderConfig, ggufLayers } from "@engine/nn";

/** 13B has 40 layers and no rotation; nothing else in the file tells it from 7B. */
const hasAlibi = (file: GgufFacts): boolean =>
  ggufLayers(file) === 40 || file.own.float("attention.max_alibi_bias", 0) > 0;

/**
 * Version 2 has its own vocabulary. Its head's rows may be at unit length already, as llama.cpp needs them; making
 * them so again changes nothing.
 */
const VERSION_2_VOCABULARY = 125_696;

export const baichuanGguf: GgufReading = {
  architectures: ["baichuan"],
  names: decoderNames,
  async config(file) {
    const { max_position_embeddings: context, ...shared }: GgufConfig = await ggufDecoderConfig(file);
    const vocabulary = file.shape("output.weight")?.[0];
    return {
      ...shared,
      model_type: "baichuan",
      rope_interleave: true,
      ...(hasAlibi(file) ? { model_max_length: context } : { max_position_embeddings: context ?? 4096 }),
      ...(vocabulary === VERSION_2_VOCABULARY && { z_loss_weight: 0 }),
    };
  },
};
