import { EngineError, type Select } from "@engine/core";
import { AnswerText } from "./answer-text.ts";
import { checkTokens } from "./check-tokens.ts";
import { bothMasks } from "./constraint.ts";
import { defined } from "./defined.ts";
import type {
  FinishReason,
  GeneratedToken,
  GenerateOptions,
  GenerateResult,
  TokenLogprobs,
} from "./generation.ts";
import type { History } from "./history.ts";
import { Meter } from "./meter.ts";
import type { ModelFacts } from "./model-facts.ts";
import { NextMask } from "./next-mask.ts";
import { type Dropped, type Sliding, slidingOf } from "./overflow.ts";
import { type Candidates, Sampler } from "./sampler.ts";
import { resolveSampling, type Sampling } from "./sampling-options.ts";
import { slide } from "./slide.ts";
import { checkStops } from "./stop-strings.ts";
import { takePrompt, textOf } from "./take-prompt.ts";

/** One prompt answered at the end of a history, token by token. What an abort leaves unread is read by the next answer. */
export class Answer {
  readonly sampler: Sampler;
  readonly meter = new Meter();
  /** What may come next. */
  readonly mask: NextMask;
  readonly #model: ModelFacts;
  readonly #options: GenerateOptions;
  readonly #ends: ReadonlySet<number>;
  readonly #text: AnswerText;
  readonly #tokens: number[] = [];
  readonly #logprobs: (TokenLogprobs | undefined)[] = [];
  /** Length of the text handed out with each token. */
  readonly #texts: number[] = [];
  /** Where in the history it begins; tokens dropped later move that to the front, even below 0. */
  #begin: number;
  readonly #sliding: Sliding | undefined;
  readonly #dropped: Dropped[] = [];
  /** What was dropped since the last token was given out. */
  #toTell: Dropped | undefined;
  #finishReason: FinishReason | undefined;

  /** Throws `bad-option` or `context-overflow` before anything changes. */
  constructor(
    model: ModelFacts,
    readonly history: History,
    { prompt, options }: { readonly prompt: string | readonly number[]; readonly options: GenerateOptions },
  ) {
    this.#model = model;
    this.#options = options;
    const { tokenizer, vocab, stopTokens } = model;
    const { raw = false, embeddings, stop = [], logprobs, ignoreEos = false } = options;
    const sampling = checked(model, options);
    this.#sliding = slidingOf(options.overflow, model.context);
    this.#note(takePrompt(history, prompt, { model, raw, embeddings, sliding: this.#sliding }));
    this.#ends = new Set([...(ignoreEos ? [] : stopTokens), ...(options.stopTokens ?? [])]);
    this.mask = new NextMask(options.constraint);
    this.#begin = history.length;
    this.meter.promptTokens = history.length;
    this.meter.cachedTokens = history.sequence.length;
    this.sampler = new Sampler(sampling, vocab, { text: history.tokens, logprobs });
    this.#text = new AnswerText(
      EngineError.isInstance(tokenizer) ? undefined : tokenizer,
      stop,
      history.tokens,
    );
  }

  get ended(): boolean {
    return this.#finishReason !== undefined;
  }

  /** The result so far. */
  result(): GenerateResult {
    return {
      tokens: [...this.#tokens],
      text: this.#text.text,
      finishReason: this.#finishReason ?? "abort",
      usage: this.meter.usage(),
      timings: this.meter.timings(),
      ...(this.#dropped.length > 0 && { dropped: [...this.#dropped] }),
      ...(this.#options.logprobs !== undefined && { logprobs: [...this.#logprobs] }),
    };
  }

  /** What the device does to the logits of the next token. */
  async select(): Promise<Select> {
    return this.sampler.select(this.#place, bothMasks(this.#model.mask, await this.mask.read()));
  }

  /** Rows of the prompt are read, of which `onProgress` learns. */
  read(): void {
    if (this.meter.completionTokens > 0) return;
    const { cachedTokens, promptTokens } = this.meter;
    const done = Math.min(this.history.sequence.length, promptTokens) - cachedTokens;
    this.#options.onProgress?.(done, promptTokens - cachedTokens, "prompt");
  }

  /** Chooses the next token, and gives what it and those put after it make of the text. */
  async next(
    found: Candidates,
    readLogits: (into: Float32Array) => Promise<void>,
  ): Promise<GeneratedToken[]> {
    const place = this.#place;
    const token = await this.sampler.choose(place, found, readLogits);
    const logprobs =
      this.#options.logprobs === undefined
        ? undefined
        : await this.sampler.logprobs(token, found, readLogits);
    const given: GeneratedToken[] = [];
    const forced: number[] = [];
    this.#take(token, { given, forced, logprobs });
    while (forced.length > 0 && !this.ended) this.#take(forced.shift()!, { given, forced });
    return given;
  }

  /** Ends it after its first tokens, as if stopped there. Of tokens dropped by then the text keeps nothing. */
  cut(length: number): void {
    if (length >= this.#tokens.length) return;
    this.history.rewind(Math.max(this.#begin + length, this.#sliding?.keep ?? 0));
    while ((this.#dropped.at(-1)?.at ?? 0) > length) this.#dropped.pop();
    this.#tokens.length = length;
    this.#logprobs.length = length;
    this.#text.cut(this.#texts[length - 1] ?? 0);
    this.meter.completionTokens = length;
    this.#finishReason = "abort";
  }

  /** The next token's place in the whole text, dropped tokens counted: no two draws share their random numbers. */
  get #place(): number {
    return this.history.length + this.#dropped.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  #note(gone: Pick<Dropped, "begin" | "tokens"> | undefined): void {
    if (!gone) return;
    this.#toTell = { ...gone, at: this.#tokens.length };
    this.#dropped.push(this.#toTell);
    this.#begin -= gone.tokens;
  }

  #take(
    token: number,
    into: { given: GeneratedToken[]; forced: number[]; logprobs?: TokenLogprobs | undefined },
  ): void {
    const { maxTokens = Number.POSITIVE_INFINITY, steer, constraint } = this.#options;
    const { given, forced, logprobs } = into;
    const { history } = this;
    const text = this.#text;
    this.meter.token();
    if (this.#ends.has(token)) {
      this.#finishReason = "stop";
      const rest = text.end();
      if (rest !== "") given.push({ token: -1, text: rest });
      return;
    }
    history.addToken(token);
    this.#tokens.push(token);
    this.#logprobs.push(logprobs);
    this.sampler.accept(token);
    this.mask.accept(token);
    const piece = text.push(token);
    const steered = steer?.(token, this.#tokens.length - 1) ?? [];
    if (piece.stopped || steered === "stop" || constraint?.finished) this.#finishReason = "stop";
    else if (this.#tokens.length >= maxTokens) this.#finishReason = "length";
    else if (history.length >= this.#model.context && !this.#sliding) this.#finishReason = "length";
    const end = this.ended && !piece.stopped ? text.end() : "";
    this.#texts.push(text.text.length);
    const dropped = this.#toTell;
    this.#toTell = undefined;
    given.push({ token, text: piece.text + end, ...(logprobs && { logprobs }), ...(dropped && { dropped }) });
    if (this.#sliding && !this.ended) this.#note(slide(history, this.#sliding, this.#model.context));
    if (this.ended || steered === "stop") return;
    checkTokens(steered, this.#model.vocab, "steer");
    forced.push(...steered);
  }
}

/** Throws `bad-option`. */
function checked({ vocab, tokenizer, sampling }: ModelFacts, options: GenerateOptions): Sampling {
  const { maxTokens = 1, stop = [], stopTokens = [], logitBias, logprobs = 0 } = options;
  if (!(maxTokens >= 1) || (!Number.isInteger(maxTokens) && Number.isFinite(maxTokens))) {
    throw new EngineError("bad-option", `maxTokens must be a whole number from 1, but is ${maxTokens}.`);
  }
  if (!Number.isInteger(logprobs) || logprobs < 0 || logprobs > vocab) {
    const range = `a whole number from 0 to the vocabulary's ${vocab}`;
    throw new EngineError("bad-option", `logprobs must be ${range}, but is ${logprobs}.`);
  }
  checkTokens(stopTokens, vocab, "stopTokens");
  checkStops(stop);
  if (stop.length > 0) textOf(tokenizer, "stop strings need one");
  const bias = { ...sampling.logitBias, ...logitBias };
  return resolveSampling({ ...sampling, ...defined(options), logitBias: bias }, vocab);
}
