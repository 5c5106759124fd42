import type { StreamCounts } from "@engine/core";
import type { GenerateResult } from "./generation.ts";

/** One step an answer took part in: its own rows of it, the time of all, and what was read from files for it. */
export interface MeteredStep {
  readonly rows: number;
  readonly ms: number;
  readonly reads?: Pick<StreamCounts, "bytesRead" | "readSeconds" | "stallSeconds"> | undefined;
}

/** Counts the tokens of an answer, and the time the model spends on them. */
export class Meter {
  promptTokens = 0;
  cachedTokens = 0;
  completionTokens = 0;
  readonly #start = performance.now();
  #queueMs = 0;
  #promptRead = 0;
  #promptMs = 0;
  #ttftMs = 0;
  #decodeMs = 0;
  #reads: { bytes: number; seconds: number; stallMs: number } | undefined;

  /** Its first step begins. */
  admitted(): void {
    this.#queueMs ||= performance.now() - this.#start;
  }

  /** Prompt steps come before the first token, which the last of them gives. */
  step({ rows, ms, reads }: MeteredStep): void {
    if (reads) {
      this.#reads ??= { bytes: 0, seconds: 0, stallMs: 0 };
      this.#reads.bytes += reads.bytesRead;
      this.#reads.seconds += reads.readSeconds;
      this.#reads.stallMs += reads.stallSeconds * 1000;
    }
    if (this.completionTokens > 0) this.#decodeMs += ms;
    else {
      this.#promptRead += rows;
      this.#promptMs += ms;
    }
  }

  token(): void {
    if (this.completionTokens++ === 0) this.#ttftMs = performance.now() - this.#start;
  }

  usage(): GenerateResult["usage"] {
    const { promptTokens, cachedTokens, completionTokens } = this;
    return { promptTokens, cachedTokens, completionTokens };
  }

  timings(): GenerateResult["timings"] {
    const decoded = Math.max(0, this.completionTokens - 1);
    const reads = this.#reads;
    const ms = this.#promptMs + this.#decodeMs;
    const streamed = reads && {
      bytesRead: reads.bytes,
      bytesPerSecond: perSecond(reads.bytes, reads.seconds * 1000),
      stallShare: ms > 0 ? reads.stallMs / ms : 0,
    };
    return {
      queueMs: this.#queueMs,
      promptMs: this.#promptMs,
      ttftMs: this.#ttftMs,
      decodeMs: this.#decodeMs,
      promptTokensPerSecond: perSecond(this.#promptRead, this.#promptMs),
      tokensPerSecond: perSecond(decoded, this.#decodeMs),
      ...(streamed && { streamed }),
    };
  }
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}
