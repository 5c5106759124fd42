export type * from "./architecture.ts";
export type * from "./backend.ts";
export { type CaptureOptions, capture } from "./capture.ts";
export { type ConfigReader, configReader } from "./config-reader.ts";
export { EngineError, type ErrorCode } from "./error.ts";
export type * from "./gguf.ts";
export { Graph, type Node } from "./graph.ts";
export type * from "./ignored-weights.ts";
export { label } from "./label.ts";
export * from "./numeric/cache-values.ts";
export * from "./numeric/float16.ts";
export { philox } from "./numeric/philox.ts";
export type { Attrs, HostData, HostTensor, Op, RunContext } from "./op.ts";
export * from "./ops/index.ts";
export * from "./program.ts";
export { isReadable, readRows } from "./read-rows.ts";
export type * from "./rounding.ts";
export { type SelectedRow, selectRow, temperedLogits } from "./select.ts";
export * from "./shape.ts";
export {
  blockBytes,
  type CacheRows,
  type CacheSpec,
  type StateSize,
  type StateSlots,
  type StateSpec,
  type StateStore,
} from "./state.ts";
export { SEQUENCE, type Select, type StepInput, type StepOutput } from "./step-input.ts";
export { Tensor } from "./tensor.ts";
export type * from "./weights.ts";
