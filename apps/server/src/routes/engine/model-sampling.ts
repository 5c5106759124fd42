import type { GenerationConfig } from "@engine/loader";

/** How a request that sets nothing is sampled: as generation_config.json has it, greedy unless `do_sample` is true. */
export function modelSampling(config: GenerationConfig) {
  const { doSample, temperature = 1, topK, topP, minP, repetitionPenalty } = config;
  return doSample === true
    ? { temperature, topK, topP, minP, repeatPenalty: repetitionPenalty }
    : { temperature: 0, repeatPenalty: repetitionPenalty };
}
