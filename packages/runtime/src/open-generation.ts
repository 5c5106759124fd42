import { Answer } from "./answer.ts";
import type { GenerateOptions, GenerateResult } from "./generation.ts";
import type { History } from "./history.ts";
import { LiveGeneration } from "./live-generation.ts";
import { Meter } from "./meter.ts";
import type { ModelParts } from "./model-parts.ts";
import { Request } from "./request.ts";

export interface GenerationSpec {
  readonly history: History;
  readonly prompt: string | readonly number[];
  readonly options: GenerateOptions;
  /** Called when it is asked for; may throw. */
  readonly begin: () => void;
  /** No step uses the text any more. */
  readonly release: (history: History) => void;
  /** The result is out. */
  readonly settled: () => void;
}

/** An answer that goes to the scheduler when it is asked for. */
export function openGeneration(model: ModelParts, spec: GenerationSpec): LiveGeneration {
  const { scheduler } = model;
  const { history, prompt, options, begin, release, settled } = spec;
  return new LiveGeneration((sink) => {
    begin();
    const before = history.length;
    try {
      scheduler.check();
      const answer = new Answer(model, history, { prompt, options });
      const stopped = (): void => void scheduler.stop(request);
      const request = new Request(answer, sink, (text) => {
        options.signal?.removeEventListener("abort", stopped);
        options.constraint?.dispose?.();
        release(text);
      });
      if (options.signal?.aborted) request.leave();
      else {
        scheduler.submit(request);
        options.signal?.addEventListener("abort", stopped);
      }
      return {
        async stop(taken) {
          await scheduler.stop(request);
          if (taken !== undefined) answer.cut(taken);
        },
        result: () => answer.result(),
        settled,
      };
    } catch (error) {
      history.rewind(before);
      settled();
      throw error;
    }
  }, nothing);
}

/** The result of an answer that was stopped before it began. */
function nothing(): GenerateResult {
  const meter = new Meter();
  return { tokens: [], text: "", finishReason: "abort", usage: meter.usage(), timings: meter.timings() };
}
