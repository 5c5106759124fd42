import type { GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, ggufMixture, mixtureNames } from "@engine/nn";

/** llama.cpp writes Mixtral as "llama" with experts; rows of queries and keys have turning pairs side by side. */
export const mixtralGguf: GgufReading = {
  architectures: ["llama"],
  reads: ({ own }) => own.int("expert_count", 0) > 0,
  names: { ...decoderNames, ...mixtureNames },
  async config(file) {
    return {
      ...(await ggufDecoderConfig(file)),
      ...ggufMixture(file),
      model_type: "mixtral",
      rope_interleave: true,
    };
  },
};
