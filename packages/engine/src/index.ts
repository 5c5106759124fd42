export * from "@engine/auto";
export {
  type Architecture,
  type Backend,
  type CacheDType,
  type DeviceInfo,
  EngineError,
  type ErrorCode,
  type Residency,
} from "@engine/core";
export { type Checkpoint, type GenerationConfig, openCheckpoint } from "@engine/loader";
export type {
  FinishReason,
  GeneratedToken,
  GenerateOptions,
  GenerateResult,
  Generation,
  LogitsOptions,
  SamplingOptions,
  Session,
  TextModel,
} from "@engine/runtime";
export { type ChatMessage, loadTokenizer, type Tokenizer } from "@engine/tokenizer";
export { backends } from "./backends.ts";
export { load } from "./load.ts";
export { registry } from "./registry.ts";
