import type { GenerateResult } from "./generation.ts";

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

  /** Its first step begins. */
  admitted(): void {
    this.#queueMs ||= performance.now() - this.#start;
  }

  /** A step over `rows` tokens took this long: prompt steps come before the first token, which the last of them gives. */
  step(rows: number, ms: number): void {
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
    return {
      queueMs: this.#queueMs,
      promptMs: this.#promptMs,
      ttftMs: this.#ttftMs,
      decodeMs: this.#decodeMs,
      promptTokensPerSecond: perSecond(this.#promptRead, this.#promptMs),
      tokensPerSecond: perSecond(decoded, this.#decodeMs),
    };
  }
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}
