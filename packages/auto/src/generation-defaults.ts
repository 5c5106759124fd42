import type { GenerationConfig } from "@engine/loader";
import type { SamplingOptions } from "@engine/runtime";

/**
 * Sampling as generation_config.json suggests it: greedy unless `do_sample` is true, as in transformers. Temperature
 * and the cuts count only when it draws; penalties always do.
 */
export function samplingDefaults(config: GenerationConfig): SamplingOptions {
  const { temperature = 1, topK, topP, minP, repetitionPenalty } = config;
  const draw = {
    temperature,
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(minP !== undefined && { minP }),
  };
  return {
    ...(config.doSample === true && draw),
    ...(repetitionPenalty !== undefined && { repetitionPenalty }),
  };
}
