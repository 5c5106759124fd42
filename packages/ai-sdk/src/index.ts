export type { ChatModel } from "./chat-model.ts";
export {
  createEngine,
  type EngineProvider,
  type EngineProviderOptions,
  type ModelsOptions,
} from "./create-engine.ts";
export type { EngineOptions } from "./engine-options.ts";
export type { ServerOptions } from "./http.ts";
export type { EngineEmbeddingModel, EngineLanguageModel, SpecificationVersion } from "./spec.ts";
