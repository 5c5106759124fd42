import type { GenerateResult, StreamTimings } from "@engine/runtime";
import type { Io } from "../io.ts";
import { peakRssBytes } from "../models/peak-memory.ts";
import { paint } from "./paint.ts";
import { showBytes, showDuration, showRate } from "./quantities.ts";

const ENDINGS = { stop: "", length: ", stopped by --max-tokens or the context", abort: ", stopped by you" };

/** One line for people about an answer. */
export function statusLine(
  io: Io,
  { result, loadMs }: { readonly result: GenerateResult; readonly loadMs?: number },
): string {
  const { usage, timings, finishReason } = result;
  const { dim } = paint(io.stderr, io.env);
  const parts = [
    loadMs === undefined ? "" : `loaded in ${showDuration(loadMs)}`,
    `${usage.promptTokens - usage.cachedTokens} prompt tokens at ${showRate(timings.promptTokensPerSecond)}/s`,
    `${usage.completionTokens} tokens at ${showRate(timings.tokensPerSecond)}/s${ENDINGS[finishReason]}`,
    timings.streamed ? showStreamed(timings.streamed) : "",
    `${showBytes(peakRssBytes())} at most`,
  ];
  return `${dim(`[${parts.filter(Boolean).join("; ")}]`)}\n`;
}

/** Above this share of waiting the disk is what bounds an answer. */
export const DISK_BOUND = 0.5;

function showStreamed({ bytesRead, bytesPerSecond, stallShare }: StreamTimings): string {
  const waited = `waited for ${(100 * stallShare).toFixed(0)} % of the time`;
  const bound = stallShare > DISK_BOUND ? "; the disk is the bound" : "";
  return `${showBytes(bytesRead)} of weights read at ${showBytes(bytesPerSecond)}/s, ${waited}${bound}`;
}
