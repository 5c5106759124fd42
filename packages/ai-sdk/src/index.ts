export {
  createEngine,
  type EngineProvider,
  type EngineProviderOptions,
  type ModelsOptions,
} from "./create-engine.ts";
export type { EngineOptions } from "./engine-options.ts";
export type { ServerOptions } from "./http.ts";
export type { ChatModel } from "./in-process.ts";
export type { EngineEmbeddingModel, EngineLanguageModel, SpecificationVersion } from "./spec.ts";
