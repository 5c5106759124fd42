import { EngineError, philox, type Select, temperedLogits } from "@engine/core";
import type { TokenLogprobs } from "./generation.ts";
import { drawIndex, keptCount, largest, logSumExp } from "./nucleus.ts";
import type { Sampling } from "./sampling-options.ts";

/** Candidates asked for where no top-k says how many; top-p seldom needs more. */
const CANDIDATES = 128;
/** Above this a device's list of candidates costs more than reading all logits. */
const MOST_CANDIDATES = 1024;
const PLAIN = { divide: 1, add: 0 } as const;

/** The device's answer for one row; see `StepOutput`. */
export interface Candidates {
  readonly ids: Int32Array;
  readonly values: Float32Array;
  readonly lse: Float32Array;
}

/**
 * Chooses the tokens of one answer. The order is that of Hugging Face transformers: penalties and bias, temperature,
 * top-k, top-p over what top-k left, min-p, then the draw. Its numbers come from the seed and the token's place in
 * the text alone, so batch, chunks and thread count do not change a text.
 */
export class Sampler {
  readonly #options: Sampling;
  readonly #vocab: number;
  readonly #logprobs: number;
  readonly #text: Set<number>;
  readonly #answer = new Map<number, number>();
  readonly #key: readonly [number, number];
  /** "greedy" and "whole" take the device's first candidate; "cut" draws here. */
  #select: Select | undefined;
  readonly #way: "greedy" | "whole" | "cut";

  /** `text`: what the repetition penalty counts; `logprobs`: likeliest tokens to be told with each. */
  constructor(
    options: Sampling,
    vocab: number,
    {
      text = [],
      logprobs = 0,
    }: { readonly text?: Iterable<number>; readonly logprobs?: number | undefined } = {},
  ) {
    const { temperature, topP, minP, seed } = options;
    const topK = options.topK < vocab ? options.topK : 0;
    this.#options = { ...options, topK };
    this.#vocab = vocab;
    this.#logprobs = logprobs;
    this.#text = new Set(options.repetitionPenalty === 1 ? [] : text);
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
    const cuts = topK > 0 || topP < 1 || minP > 0;
    this.#way = temperature === 0 ? "greedy" : cuts ? "cut" : "whole";
  }

  /** Candidates to make room for. */
  get top(): number {
    return Math.max(this.#drawn, this.#logprobs <= MOST_CANDIDATES ? this.#logprobs : 0);
  }

  /** Candidates that the draw is from. */
  get #drawn(): number {
    const { topK } = this.#options;
    if (this.#way !== "cut" || topK > MOST_CANDIDATES) return 1;
    return Math.min(topK > 0 ? topK : CANDIDATES, this.#vocab);
  }

  /** What the device does to the logits of the token at this place; `mask`: the tokens that may be chosen. */
  select(place: number, mask?: Uint32Array): Select {
    const adjust = this.#adjust();
    this.#select = {
      top: this.top,
      temperature: Float32Array.of(this.#options.temperature),
      ...(mask && { mask }),
      ...(adjust && { adjust }),
      ...(this.#way === "whole" && { noise: Uint32Array.of(...this.#key, place, 0) }),
    };
    return this.#select;
  }

  /** The token at this place; `readLogits` gives the row's raw logits, for the few draws that reach past the candidates. */
  async choose(
    place: number,
    found: Candidates,
    readLogits: (into: Float32Array) => Promise<void>,
  ): Promise<number> {
    if (!Number.isFinite(found.lse[0]!)) {
      throw new EngineError(
        "backend-failed",
        `The model's logits at place ${place} are not finite numbers. Its weights may be damaged; check the files.`,
      );
    }
    if (found.lse[1] === Number.NEGATIVE_INFINITY) {
      throw new EngineError(
        "bad-option",
        "Every token is forbidden here, by logitBias, by the constraint, or as one the model never chooses; leave at least one.",
      );
    }
    if (this.#way !== "cut") return found.ids[0]!;
    const drawn = {
      ids: found.ids.subarray(0, this.#drawn),
      values: found.values.subarray(0, this.#drawn),
      lse: found.lse,
    };
    const { ids, values } = this.#cut(drawn) ?? (await this.#cutAll(readLogits));
    return ids[drawIndex(values, this.#uniform(place))]!;
  }

  /** Counts a token of the answer for the penalties. */
  accept(token: number): void {
    const { repetitionPenalty, frequencyPenalty, presencePenalty } = this.#options;
    if (repetitionPenalty !== 1) this.#text.add(token);
    if (frequencyPenalty !== 0 || presencePenalty !== 0) {
      this.#answer.set(token, (this.#answer.get(token) ?? 0) + 1);
    }
  }

  /** What the candidates alone decide; undefined when they do not reach far enough. */
  #cut({ ids, values, lse }: Candidates): { ids: Int32Array; values: Float32Array } | undefined {
    const { topK, topP, minP } = this.#options;
    if (topK > values.length) return undefined;
    const complete = topK > 0 || values.length === this.#vocab;
    const count = keptCount(values, topK > 0 ? logSumExp(values) : lse[1]!, { topP, minP, complete });
    return count === undefined ? undefined : { ids, values: values.subarray(0, count) };
  }

  /** The raw log-probability of a token, and the likeliest ones; after `select`. */
  async logprobs(
    token: number,
    found: Candidates,
    readLogits: (into: Float32Array) => Promise<void>,
  ): Promise<TokenLogprobs> {
    const { adjust, mask, noise } = this.#select!;
    const { temperature } = this.#options;
    const at = found.ids.indexOf(token);
    // Where nothing but the temperature changed the logits, the device's candidates tell.
    if (!adjust && !mask && !noise && at >= 0 && found.ids.length >= this.#logprobs) {
      const logprob = (i: number): number =>
        found.values[i]! * (temperature > 0 ? temperature : 1) - found.lse[0]!;
      const top = Array.from(found.ids.subarray(0, this.#logprobs), (id, i) => ({
        token: id,
        logprob: logprob(i),
      }));
      return { logprob: logprob(at), top };
    }
    const raw = new Float32Array(this.#vocab);
    await readLogits(raw);
    const logprob = (id: number): number => raw[id]! - found.lse[0]!;
    const top = Array.from(this.#logprobs > 0 ? largest(raw, this.#logprobs) : [], (id) => ({
      token: id,
      logprob: logprob(id),
    }));
    return { logprob: logprob(token), top };
  }

  async #cutAll(readLogits: (into: Float32Array) => Promise<void>) {
    const raw = new Float32Array(this.#vocab);
    await readLogits(raw);
    const logits = temperedLogits(raw, 0, this.#select!);
    const { topK, topP, minP } = this.#options;
    const sorted = logits.toSorted().reverse();
    const draw = topK > 0 ? sorted.subarray(0, topK) : sorted;
    const count = keptCount(draw, logSumExp(draw), { topP, minP, complete: true })!;
    const ids = largest(logits, count);
    return { ids, values: Float32Array.from(ids, (id) => logits[id]!) };
  }

  /** From 0 to 1, both excluded. */
  #uniform(place: number): number {
    const [word] = philox(this.#key, [place, 0, 0, 1]);
    return (word + 0.5) * 2 ** -32;
  }

  #adjust(): Select["adjust"] {
    const { repetitionPenalty, frequencyPenalty, presencePenalty, bias } = this.#options;
    const changes = new Map<number, { divide: number; add: number }>();
    for (const id of this.#text) changes.set(id, { ...PLAIN, divide: repetitionPenalty });
    const add = (id: number, amount: number): void => {
      const change = changes.get(id) ?? PLAIN;
      changes.set(id, { ...change, add: change.add + amount });
    };
    for (const [id, count] of this.#answer) add(id, -frequencyPenalty * count - presencePenalty);
    for (const [id, amount] of bias) add(id, amount);
    if (changes.size === 0) return undefined;
    return {
      row: new Int32Array(changes.size),
      id: Int32Array.from(changes.keys()),
      divide: Float32Array.from(changes.values(), ({ divide }) => divide),
      add: Float32Array.from(changes.values(), (change) => change.add),
    };
  }
}
