import type { StepPart } from "./run-step.ts";

/** Steps that rates are taken over. */
const RECENT = 64;

/** What the steps of a model have done so far. */
export class StepCounts {
  steps = 0;
  promptTokens = 0;
  generatedTokens = 0;
  /** Places that texts took over from others. */
  shared = 0;
  preemptions = 0;
  #began = 0;
  readonly #recent: { readonly ms: number; readonly tokens: number }[] = [];

  begin(): void {
    this.steps++;
    this.#began = performance.now();
  }

  end(parts: readonly StepPart[]): void {
    let tokens = 0;
    for (const { chunk, last } of parts) {
      if (chunk.prompt) this.promptTokens += chunk.tokens.length;
      if (last) tokens++;
    }
    this.generatedTokens += tokens;
    this.#recent.push({ ms: performance.now() - this.#began, tokens });
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  /** Tokens generated in a second, over the last steps. */
  get tokensPerSecond(): number {
    const ms = this.#recent.reduce((sum, step) => sum + step.ms, 0);
    const tokens = this.#recent.reduce((sum, step) => sum + step.tokens, 0);
    return ms > 0 ? (tokens * 1000) / ms : 0;
  }
}
