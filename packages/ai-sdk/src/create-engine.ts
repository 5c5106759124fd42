import { NoSuchModelError } from "@ai-sdk/provider";
import type { Answerer } from "./ask.ts";
import type { ChatModel } from "./chat-model.ts";
import { type Constraints, constraintsOf } from "./constraints.ts";
import type { Embedder } from "./embedding-model.ts";
import { embeddingModel } from "./embedding-model.ts";
import type { ServerOptions } from "./http.ts";
import { inProcess } from "./in-process.ts";
import { inProcessEmbeddings } from "./in-process-embeddings.ts";
import { languageModel } from "./language-model.ts";
import { serverAnswers } from "./server-answers.ts";
import { serverEmbeddings } from "./server-embeddings.ts";
import type { EngineEmbeddingModel, EngineLanguageModel, SpecificationVersion } from "./spec.ts";

/** Models that were loaded in this process, by the names they are to have. Whoever loaded them disposes them. */
export interface ModelsOptions {
  readonly models: Readonly<Record<string, ChatModel>>;
}

export type EngineProviderOptions<V extends SpecificationVersion = "v4"> = (ModelsOptions | ServerOptions) & {
  /** "v4" for ai 7, "v3" for ai 6. */
  readonly specificationVersion?: V;
};

/** A provider of the AI SDK; called, it gives a language model. All throw NoSuchModelError for a name it does not know. */
export interface EngineProvider<V extends SpecificationVersion = "v4"> {
  (modelId: string): EngineLanguageModel<V>;
  readonly specificationVersion: V;
  languageModel(modelId: string): EngineLanguageModel<V>;
  embeddingModel(modelId: string): EngineEmbeddingModel<V>;
  imageModel(modelId: string): never;
}

/** A provider of models in this process (`models`), or of those of a server with OpenAI's API (`baseURL`). */
export function createEngine<V extends SpecificationVersion = "v4">(
  options: EngineProviderOptions<V>,
): EngineProvider<V> {
  const specificationVersion = options.specificationVersion ?? ("v4" as V);
  const source = "models" in options ? fromModels(options) : fromServer(options);
  const language = (modelId: string) => languageModel(source.answerer(modelId), specificationVersion);
  return Object.assign((modelId: string) => language(modelId), {
    specificationVersion,
    languageModel: language,
    embeddingModel: (modelId: string) => embeddingModel(source.embedder(modelId), specificationVersion),
    imageModel: (modelId: string): never => {
      throw new NoSuchModelError({ modelId, modelType: "imageModel" });
    },
  });
}

interface Source {
  answerer(modelId: string): Answerer;
  embedder(modelId: string): Embedder;
}

function fromServer(server: ServerOptions): Source {
  return {
    answerer: (modelId) => serverAnswers(modelId, server),
    embedder: (modelId) => serverEmbeddings(modelId, server),
  };
}

function fromModels({ models }: ModelsOptions): Source {
  const kept = new Map<string, Constraints>();
  const find = (modelId: string, modelType: "languageModel" | "embeddingModel"): ChatModel => {
    const model = Object.hasOwn(models, modelId) ? models[modelId] : undefined;
    if (model) return model;
    const known = Object.keys(models).join(", ") || "none";
    throw new NoSuchModelError({
      modelId,
      modelType,
      message: `There is no model ${JSON.stringify(modelId)} in this process; loaded: ${known}.`,
    });
  };
  return {
    answerer(modelId) {
      const model = find(modelId, "languageModel");
      const constraints = kept.get(modelId) ?? constraintsOf(model);
      kept.set(modelId, constraints);
      return inProcess(modelId, { model, constraints });
    },
    embedder: (modelId) => inProcessEmbeddings(modelId, find(modelId, "embeddingModel")),
  };
}
