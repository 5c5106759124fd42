import { EngineError } from "@engine/core";
import { AnswerText } from "./answer-text.ts";
import { checkTokens } from "./check-tokens.ts";
import { defined } from "./defined.ts";
import type { FinishReason, GeneratedToken, GenerateOptions, GenerateResult } from "./generation.ts";
import { chunkEnd } from "./given-embeddings.ts";
import type { History } from "./history.ts";
import { Meter } from "./meter.ts";
import type { ModelParts } from "./model-parts.ts";
import { Sampler } from "./sampler.ts";
import { resolveSampling, type Sampling } from "./sampling-options.ts";
import { checkStops } from "./stop-strings.ts";
import { takePrompt, textOf } from "./take-prompt.ts";

/** One prompt read and answered at the end of a history. What an abort leaves unread is read by the next answer. */
export class Answer {
  readonly #model: ModelParts;
  readonly #options: GenerateOptions;
  readonly #signal: AbortSignal;
  readonly #tokens: number[] = [];
  #text: AnswerText | undefined;
  #meter = new Meter();
  #finishReason: FinishReason = "abort";

  constructor(model: ModelParts, options: GenerateOptions, signal: AbortSignal) {
    this.#model = model;
    this.#options = options;
    this.#signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
  }

  /** The result so far. */
  result(): GenerateResult {
    const [usage, timings] = [this.#meter.usage(), this.#meter.timings()];
    const text = this.#text?.text ?? "";
    return { tokens: [...this.#tokens], text, finishReason: this.#finishReason, usage, timings };
  }

  async *run(
    history: History,
    prompt: string | readonly number[],
  ): AsyncGenerator<GeneratedToken, void, undefined> {
    this.#meter = new Meter();
    const { context, tokenizer, vocab, stopTokens } = this.#model;
    const { maxTokens = Number.POSITIVE_INFINITY, stop = [], steer } = this.#options;
    const sampling = this.#checked();
    const ends = new Set([...stopTokens, ...(this.#options.stopTokens ?? [])]);
    const usable = EngineError.isInstance(tokenizer) ? undefined : tokenizer;
    const { raw = false, embeddings } = this.#options;
    takePrompt(history, prompt, { model: this.#model, raw, embeddings });
    this.#meter.promptTokens = history.tokens.length;
    this.#meter.cachedTokens = history.sequence.length;
    const sampler = new Sampler(sampling, vocab, history.tokens);
    const text = new AnswerText(usable, stop, history.tokens);
    this.#text = text;

    const forced: number[] = [];
    for (;;) {
      const token = forced.shift() ?? (await this.#next(history, sampler));
      if (token === undefined) return;
      this.#meter.token();
      if (ends.has(token)) {
        this.#finishReason = "stop";
        const rest = text.end();
        if (rest !== "") yield { token: -1, text: rest };
        return;
      }
      history.tokens.push(token);
      this.#tokens.push(token);
      sampler.accept(token);
      const piece = text.push(token);
      const steered = steer?.(token, this.#tokens.length - 1) ?? [];
      if (piece.stopped) this.#finishReason = "stop";
      else if (steered === "stop" || this.#tokens.length >= maxTokens || history.tokens.length >= context) {
        this.#finishReason = steered === "stop" ? "stop" : "length";
        yield { token, text: piece.text + text.end() };
        return;
      }
      yield { token, text: piece.text };
      if (piece.stopped || steered === "stop") return;
      checkTokens(steered, vocab, "steer");
      forced.push(...steered);
    }
  }

  /** Throws `bad-option`. */
  #checked(): Sampling {
    const { vocab, tokenizer, sampling } = this.#model;
    const { maxTokens = 1, stop = [], stopTokens = [], logitBias } = this.#options;
    if (!(maxTokens >= 1) || (!Number.isInteger(maxTokens) && Number.isFinite(maxTokens))) {
      throw new EngineError("bad-option", `maxTokens must be a whole number from 1, but is ${maxTokens}.`);
    }
    checkTokens(stopTokens, vocab, "stopTokens");
    checkStops(stop);
    if (stop.length > 0) textOf(tokenizer, "stop strings need one");
    const bias = { ...sampling.logitBias, ...logitBias };
    const resolved = resolveSampling({ ...sampling, ...defined(this.#options), logitBias: bias }, vocab);
    const { mask } = this.#model;
    return mask ? { ...resolved, mask } : resolved;
  }

  /** Runs what is not cached yet and chooses the token after it; undefined when stopped from outside. */
  async #next(history: History, sampler: Sampler): Promise<number | undefined> {
    const { promptTokens, cachedTokens, completionTokens } = this.#meter;
    try {
      for (;;) {
        const token = await this.#model.turns.take(() => this.#step(history, sampler));
        if (completionTokens === 0) {
          const read = history.sequence.length - cachedTokens;
          this.#options.onProgress?.(read, promptTokens - cachedTokens, "prompt");
        }
        if (token !== undefined) return token;
      }
    } catch (error) {
      if (this.#signal.aborted && EngineError.isInstance(error) && error.code === "aborted") return undefined;
      throw error;
    }
  }

  /** One step over tokens not cached yet; the next token when they were the last. */
  async #step({ tokens, sequence, embeddings }: History, sampler: Sampler): Promise<number | undefined> {
    const signal = this.#signal;
    if (signal.aborted) throw new EngineError("aborted", "The answer was stopped.");
    const { runner } = this.#model;
    const start = performance.now();
    const place = tokens.length;
    const most = Math.min(place, sequence.length + runner.program.options.maxTokens);
    const chunk = tokens.slice(sequence.length, chunkEnd(sequence.length, most, embeddings));
    const isLast = sequence.length + chunk.length === place;
    const isPrompt = this.#meter.completionTokens === 0;
    const work = {
      sequence,
      tokens: chunk,
      embeddings,
      ...(isPrompt && { promptLength: place }),
      wanted: isLast ? "last" : "none",
    } as const;
    let token: number | undefined;
    if (isLast) {
      const count = sampler.top;
      const found = {
        ids: new Int32Array(count),
        values: new Float32Array(count),
        lse: new Float32Array(2),
      };
      await runner.run([work], found, { signal, select: sampler.select(place) });
      token = await sampler.choose(place, found, (into) => runner.plan.logits(0, into));
    } else await runner.run([work], {}, { signal });
    this.#meter.step(chunk.length, performance.now() - start);
    return token;
  }
}
