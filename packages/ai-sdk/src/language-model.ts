import type { Answerer } from "./ask.ts";
import { collect } from "./collect.ts";
import {
  type CallOptions,
  type EngineLanguageModel,
  PROVIDER,
  type SpecificationVersion,
  type StreamPart,
} from "./spec.ts";
import { streamParts } from "./stream-parts.ts";
import { toAsk } from "./to-ask.ts";

/** A language model of the AI SDK over whatever answers. */
export function languageModel<V extends SpecificationVersion>(
  answerer: Answerer,
  specificationVersion: V,
): EngineLanguageModel<V> {
  const begin = async (options: CallOptions) => {
    const { ask, warnings: ours } = toAsk(options);
    options.abortSignal?.throwIfAborted();
    const answer = await answerer.answer(ask);
    const { body, headers } = answer;
    return {
      parts: streamParts(answer, {
        warnings: [...ours, ...answer.warnings],
        raw: options.includeRawChunks === true,
      }),
      ...(body !== undefined && { request: { body } }),
      ...(headers && { response: { headers } }),
    };
  };
  return {
    specificationVersion,
    provider: PROVIDER,
    modelId: answerer.modelId,
    supportedUrls: {},
    async doGenerate(options: CallOptions) {
      const { parts, request, response } = await begin(options);
      const { response: metadata, ...result } = await collect(parts);
      return { ...result, ...(request && { request }), response: { ...metadata, ...response } };
    },
    async doStream(options: CallOptions) {
      const { parts, request, response } = await begin(options);
      const iterator = parts[Symbol.asyncIterator]();
      const stream = new ReadableStream<StreamPart>({
        async pull(controller) {
          const { done, value } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await iterator.return(undefined);
        },
      });
      return { stream, ...(request && { request }), ...(response && { response }) };
    },
  };
}
