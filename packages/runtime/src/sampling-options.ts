import { EngineError } from "@engine/core";

/** How the next token is chosen. What is left out has no effect. */
export interface SamplingOptions {
  /** Divides the logits. 0 takes the likeliest token (greedy). Default 0, or 1 where topK, topP or minP is given. */
  readonly temperature?: number;
  /** Only the k likeliest tokens; 0 is all. */
  readonly topK?: number;
  /** Only the likeliest tokens that together reach this probability, from 0 (one token) to 1 (all). */
  readonly topP?: number;
  /** Only tokens at least this share as likely as the likeliest, from 0 (all) to 1. */
  readonly minP?: number;
  /** Divides positive and multiplies negative logits of each token in the prompt or the answer; 1 is off. */
  readonly repetitionPenalty?: number;
  /** Taken from a token's logit for each time it stands in the answer; from -2 to 2. */
  readonly frequencyPenalty?: number;
  /** Taken from a token's logit once it stands in the answer; from -2 to 2. */
  readonly presencePenalty?: number;
  /** Added to the logits of these token ids; -Infinity forbids one. */
  readonly logitBias?: Readonly<Record<number, number>>;
  /** A whole number from 0; one seed gives one text. Random where it is left out. */
  readonly seed?: number;
}

/** The options with every choice made. */
export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly bias: ReadonlyMap<number, number>;
  readonly seed: number;
}

/** Checks the options and fills in what they leave out. Throws `bad-option` naming the option and its range. */
export function resolveSampling(options: SamplingOptions, vocab: number): Sampling {
  const draws = [options.topK, options.topP, options.minP].some((value) => value !== undefined);
  return {
    temperature: within("temperature", options.temperature ?? (draws ? 1 : 0), [0, 100]),
    topK: whole("topK", options.topK ?? 0),
    topP: within("topP", options.topP ?? 1, [0, 1]),
    minP: within("minP", options.minP ?? 0, [0, 1]),
    repetitionPenalty: within("repetitionPenalty", options.repetitionPenalty ?? 1, [0.01, 100]),
    frequencyPenalty: within("frequencyPenalty", options.frequencyPenalty ?? 0, [-2, 2]),
    presencePenalty: within("presencePenalty", options.presencePenalty ?? 0, [-2, 2]),
    bias: biasOf(options.logitBias ?? {}, vocab),
    seed: whole("seed", options.seed ?? randomSeed()),
  };
}

function within(name: string, value: number, [low, high]: readonly [number, number]): number {
  if (typeof value === "number" && value >= low && value <= high) return value;
  throw new EngineError("bad-option", `${name} must be a number from ${low} to ${high}, but is ${value}.`);
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new EngineError("bad-option", `${name} must be a whole number from 0, but is ${value}.`);
}

function biasOf(bias: Readonly<Record<number, number>>, vocab: number): ReadonlyMap<number, number> {
  return new Map(
    Object.entries(bias).map(([key, value]) => {
      const id = Number(key);
      if (!Number.isSafeInteger(id) || id < 0 || id >= vocab) {
        throw new EngineError(
          "bad-option",
          `logitBias: "${key}" is no token id; ids are 0 to ${vocab - 1} here.`,
        );
      }
      if (typeof value !== "number" || !(value < Number.POSITIVE_INFINITY)) {
        throw new EngineError(
          "bad-option",
          `logitBias: token ${id} must have a number or -Infinity, but has ${value}.`,
        );
      }
      return [id, value];
    }),
  );
}

/** 53 random bits. */
function randomSeed(): number {
  const [low, high] = crypto.getRandomValues(new Uint32Array(2));
  return low! + (high! & 0x1fffff) * 2 ** 32;
}
