import type { Model } from "@engine/auto";
import type { GenerateResult } from "@engine/runtime";
import { peakRssBytes } from "./peak-memory.ts";

/** What `run --json` prints. Fields are only ever added. */
export function runReport(
  model: Model,
  {
    result,
    prompt,
    seed,
  }: { readonly result: GenerateResult; readonly prompt?: string; readonly seed: number },
): object {
  const { tokens, text, finishReason, usage, timings } = result;
  return {
    tokens,
    text,
    finishReason,
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
