export { attention } from "@engine/core";
export { type DecoderFrame, decoder } from "./decoder.ts";
export { type DecoderConfig, type DecoderDefaults, decoderConfig } from "./decoder-config.ts";
export { embed } from "./embed.ts";
export { type Activation, activate, activation, type GatedMlpOptions, gatedMlp } from "./gated-mlp.ts";
export {
  eachLayer,
  type GgufConfig,
  ggufDecoderConfig,
  ggufDraftLayers,
  ggufLayers,
  ggufLayerTypes,
  ggufMixture,
  hasTensor,
} from "./gguf/decoder-config.ts";
export { decoderNames, mixtureNames } from "./gguf/decoder-names.ts";
export { languageHead } from "./head.ts";
export { rotaryBuffers, sharedLayerKeys, towers } from "./ignored-weights.ts";
export { type LayerRopeDefaults, type LayerRopes, layerRopes } from "./layer-ropes.ts";
export { layerWindows } from "./layer-windows.ts";
export { linear } from "./linear.ts";
export { type ExpertNames, type Experts, experts, moe, type Routing, route } from "./moe.ts";
export { type PerLayerConfig, perLayerInputs, perLayerUpdate } from "./per-layer-embeddings.ts";
export { idsWithin, replaceIds } from "./replace-ids.ts";
export { rmsNorm, unitNorm } from "./rms-norm.ts";
export { type RopeAngles, rope, ropeAngles, ropeSpeeds } from "./rope.ts";
export {
  plainRope,
  type RopeConfig,
  type RopeDefaults,
  type RopeFrequencies,
  ropeConfig,
} from "./rope-config.ts";
export { type SharedCaches, sharedCaches } from "./shared-caches.ts";
export { textWeights } from "./text-weights.ts";
