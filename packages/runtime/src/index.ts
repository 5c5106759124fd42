export { BlockPool } from "./block-pool.ts";
export type { Constraint } from "./constraint.ts";
export { createTextModel } from "./create-text-model.ts";
export type { EmbedOptions, EmbedResult } from "./embed.ts";
export type {
  FinishReason,
  GeneratedToken,
  GenerateOptions,
  GenerateResult,
  Generation,
  StreamTimings,
  TokenLogprobs,
  TokenText,
} from "./generation.ts";
export {
  chunkEnd,
  type GivenEmbeddings,
  longestBlock,
  type PlacedEmbeddings,
  placeEmbeddings,
} from "./given-embeddings.ts";
export type { ModelMemory } from "./model-memory.ts";
export type { ModelStats } from "./model-stats.ts";
export { OnAwait } from "./on-await.ts";
export type { Dropped, Overflow } from "./overflow.ts";
export { type PlanOptions, planTextModel, type TextModelPlan } from "./plan-text-model.ts";
export type { Pooling } from "./pool-rows.ts";
export type { LogitsOptions } from "./read-logits.ts";
export { Runner, type Work } from "./runner.ts";
export { type Candidates, Sampler } from "./sampler.ts";
export { resolveSampling, type Sampling, type SamplingOptions } from "./sampling-options.ts";
export { type BlockKeys, Sequence } from "./sequence.ts";
export type { Session } from "./session.ts";
export { planState, type StatePlan, type StateWish, stateBytes } from "./state-size.ts";
export { StopStrings } from "./stop-strings.ts";
export type { SwapFile, SwapFiles } from "./swap-files.ts";
export type { SwapStats } from "./swap-space.ts";
export type { TextModel } from "./text-model.ts";
export type { TextModelOptions } from "./text-model-options.ts";
