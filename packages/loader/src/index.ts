export { blockDecoder } from "./encodings/block-type.ts";
export { type GroupedIntegers, groupedIntegers } from "./encodings/grouped-integers.ts";
export { type GenerationConfig, readGenerationConfig } from "./generation-config.ts";
export { ggufFacts } from "./gguf/gguf-facts.ts";
export type { GgufMetadata, GgufTexts } from "./gguf/metadata.ts";
export type { GgufValue } from "./gguf/metadata-value.ts";
export type { NameTable } from "./gguf/name-table.ts";
export { type GgufSource, openGguf } from "./gguf/open-gguf.ts";
export { type ReadGguf, readGgufAs } from "./gguf/read-gguf-as.ts";
export { type TensorType, tensorType } from "./gguf/tensor-type.ts";
export { type HubOptions, hubCacheFolder, isHubId } from "./hub/hub-cache.ts";
export { type CachedModel, type CachedRevision, listModels } from "./hub/list-models.ts";
export { type PulledModel, type PullOptions, pullModel } from "./hub/pull-model.ts";
export type { FileProgress, PullProgress } from "./hub/pull-progress.ts";
export { planRemoval, type Removal } from "./hub/remove-model.ts";
export type { FileChoice } from "./hub/select-files.ts";
export type { HubAccess } from "./hub/settings.ts";
export { type Checkpoint, type CheckpointSource, openCheckpoint } from "./open-checkpoint.ts";
export { openSafetensors } from "./open-safetensors.ts";
export type { QuantType, TypeChoice } from "./quantize/choose-target.ts";
export type { QuantizeProgress } from "./quantize/progress.ts";
export { type QuantizedModel, type QuantizeOptions, quantizeModel } from "./quantize/quantize-model.ts";
export { roundGroups } from "./quantize/round-groups.ts";
export { type JsonFileOptions, type JsonObject, readJsonObject } from "./read-json.ts";
export { type ReadTensor, readSafetensors } from "./read-safetensors.ts";
export type { TensorSpec, WriteOptions } from "./safetensors-plan.ts";
export type { SafetensorsSource, SourceFile } from "./safetensors-source.ts";
export {
  createSafetensors,
  type SafetensorsWriter,
  type TensorData,
} from "./safetensors-writer.ts";
export { type ShardedModel, type ShardOptions, shardModel } from "./shard/shard-model.ts";
export { type NamelessFile, swapFilesIn } from "./swap-files.ts";
export { type TensorToWrite, writeSafetensors } from "./write-safetensors.ts";
