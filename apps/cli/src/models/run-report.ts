import type { ChatResult, Model } from "@engine/auto";
import type { GenerateResult } from "@engine/runtime";
import { peakRssBytes } from "./peak-memory.ts";

/** What `run --json` prints. Fields are only ever added. */
export function runReport(
  model: Model,
  {
    result,
    prompt,
    seed,
  }: { readonly result: GenerateResult | ChatResult; readonly prompt?: string; readonly seed: number },
): object {
  const { tokens, text, finishReason, dropped, usage, timings } = result;
  return {
    tokens,
    text,
    ...("reasoning" in result && result.reasoning !== "" && { reasoning: result.reasoning }),
    ...("toolCalls" in result && result.toolCalls.length > 0 && { toolCalls: result.toolCalls }),
    finishReason,
    ...(dropped && { dropped }),
    usage,
    timings: { loadMs: model.loadMs, ...timings },
    memory: { peakRssBytes: peakRssBytes(), weights: model.weights },
    ...(prompt !== undefined && { prompt }),
    model: model.name,
    architecture: model.architecture,
    backend: model.backend,
    device: model.device.name,
    context: model.context,
    seed,
  };
}
