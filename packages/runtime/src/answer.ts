import { EngineError } from "@engine/core";
import { checkTokens } from "./check-tokens.ts";
import { defined } from "./defined.ts";
import type { FinishReason, GeneratedToken, GenerateOptions, GenerateResult } from "./generation.ts";
import type { ModelParts } from "./model-parts.ts";
import { Sampler } from "./sampler.ts";
import { resolveSampling } from "./sampling-options.ts";
import type { Sequence } from "./sequence.ts";
import { StopStrings } from "./stop-strings.ts";

/** A session's text: the tokens, and how many of them the caches hold (`sequence.length`, never more). */
export interface History {
  readonly tokens: number[];
  readonly sequence: Sequence;
}

/** One prompt read and answered at the end of a history. What an abort leaves unread is read by the next answer. */
export class Answer {
  readonly #model: ModelParts;
  readonly #options: GenerateOptions;
  readonly #signal: AbortSignal;
  readonly #tokens: number[] = [];
  #text = "";
  #finishReason: FinishReason = "abort";
  #usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  #promptMs = 0;
  #ttftMs = 0;
  #decodeMs = 0;

  constructor(model: ModelParts, options: GenerateOptions, signal: AbortSignal) {
    this.#model = model;
    this.#options = options;
    this.#signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
  }

  /** The result so far. */
  result(): GenerateResult {
    const { promptTokens, cachedTokens } = this.#usage;
    const perSecond = (count: number, ms: number): number => (ms > 0 ? (count * 1000) / ms : 0);
    const timings = {
      promptMs: this.#promptMs,
      ttftMs: this.#ttftMs,
      decodeMs: this.#decodeMs,
      promptTokensPerSecond: perSecond(promptTokens - cachedTokens, this.#promptMs),
      // The prompt's own step gives the first token.
      tokensPerSecond: perSecond(Math.max(0, this.#usage.completionTokens - 1), this.#decodeMs),
    };
    const [tokens, text, finishReason] = [[...this.#tokens], this.#text, this.#finishReason];
    return { tokens, text, finishReason, usage: { ...this.#usage }, timings };
  }

  async *run(
    history: History,
    prompt: string | readonly number[],
  ): AsyncGenerator<GeneratedToken, void, undefined> {
    const start = performance.now();
    const { context, tokenizer, vocab } = this.#model;
    const { maxTokens = Number.POSITIVE_INFINITY, stop = [], stopTokens = [] } = this.#options;
    if (!(maxTokens >= 1) || (!Number.isInteger(maxTokens) && Number.isFinite(maxTokens))) {
      throw new EngineError("bad-option", `maxTokens must be a whole number from 1, but is ${maxTokens}.`);
    }
    checkTokens(stopTokens, vocab, "stopTokens");
    if (stop.length > 0) textOf(tokenizer, "stop strings need one");
    const defaults = this.#model.sampling;
    const logitBias = { ...defaults.logitBias, ...this.#options.logitBias };
    const sampling = resolveSampling({ ...defaults, ...defined(this.#options), logitBias }, vocab);
    const ends = new Set([...this.#model.stopTokens, ...stopTokens]);
    const stops = new StopStrings(stop);
    this.#take(history, prompt);
    const sampler = new Sampler(sampling, vocab, history.tokens);
    const detokenizer = EngineError.isInstance(tokenizer) ? undefined : tokenizer.detokenizer();
    // The answer goes on in the middle of the prompt's text, perhaps of its last character.
    for (const id of history.tokens) detokenizer?.push(id);

    const deliver = (token: number, text: string): GeneratedToken => {
      this.#text += text;
      return { token, text };
    };
    for (;;) {
      const token = await this.#next(history, sampler);
      if (token === undefined) return;
      if (this.#usage.completionTokens++ === 0) this.#ttftMs = performance.now() - start;
      if (ends.has(token)) {
        this.#finishReason = "stop";
        const rest = stops.push(detokenizer?.flush() ?? "").text + stops.flush();
        if (rest !== "") yield deliver(-1, rest);
        return;
      }
      history.tokens.push(token);
      this.#tokens.push(token);
      sampler.accept(token);
      const { text, stopped } = stops.push(detokenizer?.push(token) ?? "");
      if (stopped) {
        this.#finishReason = "stop";
        yield deliver(token, text);
        return;
      }
      if (this.#tokens.length >= maxTokens || history.tokens.length >= context) {
        this.#finishReason = "length";
        const last = stops.push(detokenizer?.flush() ?? "");
        yield deliver(token, text + last.text + (last.stopped ? "" : stops.flush()));
        return;
      }
      yield deliver(token, text);
    }
  }

  /** Puts the prompt at the end of the history; throws before anything changes. */
  #take(history: History, prompt: string | readonly number[]): void {
    const { context, tokenizer, vocab } = this.#model;
    let ids = prompt;
    if (typeof ids === "string") {
      // Between two texts of a session belongs no BOS.
      const addSpecialTokens = this.#options.raw !== true && history.tokens.length === 0;
      ids = textOf(tokenizer, "a prompt of text needs one").encode(ids, { addSpecialTokens });
    }
    checkTokens(ids, vocab, "prompt");
    const [before, total] = [history.tokens.length, history.tokens.length + ids.length];
    if (total === history.sequence.length) {
      throw new EngineError("bad-option", "The prompt is empty: there is nothing to continue from.");
    }
    if (total >= context) {
      const with_ = before > 0 ? `, with ${before} in the session before it` : "";
      throw new EngineError(
        "context-overflow",
        `The prompt has ${ids.length} tokens${with_}, but the context is ${context} and the answer needs one or more. Shorten it, or load the model with a larger context.`,
      );
    }
    for (const id of ids) history.tokens.push(id);
    this.#usage = { promptTokens: total, cachedTokens: history.sequence.length, completionTokens: 0 };
  }

  /** Runs what is not cached yet and chooses the token after it; undefined when stopped from outside. */
  async #next({ tokens, sequence }: History, sampler: Sampler): Promise<number | undefined> {
    const { runner, turns } = this.#model;
    const { maxTokens } = runner.program.options;
    const signal = this.#signal;
    const answered = this.#usage.completionTokens > 0;
    const place = tokens.length;
    const candidates = {
      ids: new Int32Array(sampler.top),
      values: new Float32Array(sampler.top),
      lse: new Float32Array(2),
    };
    try {
      for (;;) {
        const chunk = tokens.slice(sequence.length, sequence.length + maxTokens);
        const last = sequence.length + chunk.length === place;
        const work = {
          sequence,
          tokens: chunk,
          ...(!answered && { promptLength: place }),
          wanted: last ? "last" : "none",
        } as const;
        const token = await turns.take(async () => {
          const start = performance.now();
          try {
            if (signal.aborted) throw new EngineError("aborted", "The answer was stopped.");
            await runner.run([work], last ? candidates : {}, {
              signal,
              ...(last && { select: sampler.select(place) }),
            });
            if (last) return await sampler.choose(place, candidates, (into) => runner.plan.logits(0, into));
          } finally {
            this.#spend(answered, performance.now() - start);
          }
        });
        if (!answered) {
          const { promptTokens, cachedTokens } = this.#usage;
          this.#options.onProgress?.(sequence.length - cachedTokens, promptTokens - cachedTokens, "prompt");
        }
        if (last) return token;
      }
    } catch (error) {
      if (signal.aborted && EngineError.isInstance(error) && error.code === "aborted") return undefined;
      throw error;
    }
  }

  #spend(answered: boolean, ms: number): void {
    if (answered) this.#decodeMs += ms;
    else this.#promptMs += ms;
  }
}

function textOf<T>(tokenizer: T | EngineError, why: string): T {
  if (!EngineError.isInstance(tokenizer)) return tokenizer;
  throw new EngineError(
    tokenizer.code,
    `The model has no tokenizer, and ${why}. Pass token ids instead. ${tokenizer.message}`,
    { cause: tokenizer },
  );
}
