import type { Constraint } from "./constraint.ts";
import type { GivenEmbeddings } from "./given-embeddings.ts";
import type { Dropped, Overflow } from "./overflow.ts";
import type { SamplingOptions } from "./sampling-options.ts";

export interface GenerateOptions extends SamplingOptions {
  /** Most tokens of the answer, from 1; as many as the context holds unless told. */
  readonly maxTokens?: number;
  /** The answer ends before the first of these. Needs a tokenizer. */
  readonly stop?: readonly string[];
  /** Token ids that end the answer, besides the model's own. */
  readonly stopTokens?: readonly number[];
  /** The model's own tokens of that kind are tokens like others: answers have all of `maxTokens`, as benchmarks want. */
  readonly ignoreEos?: boolean;
  /** Stops the answer; what there is of it is the result, and the session stays usable. */
  readonly signal?: AbortSignal;
  /** Prompt tokens read so far. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
  /** A prompt of text is taken as it is: no BOS or other special token is put around it. */
  readonly raw?: boolean;
  /** Embeddings in the place of some of the prompt's tokens, in order: what a tower made of an image or a sound. */
  readonly embeddings?: readonly GivenEmbeddings[];
  /**
   * Called with each token of the answer and its index in it, as soon as it is chosen. Returns ids to put after it
   * instead of choosing (they count as the answer's own and come here too), or "stop" to end the answer.
   */
  readonly steer?: (token: number, index: number) => readonly number[] | "stop" | undefined;
  /** Lets only some tokens come, such as those a grammar allows. */
  readonly constraint?: Constraint;
  /** What becomes of a text that no longer fits the context; an error unless told. */
  readonly overflow?: Overflow;
  /** With each token its log-probability, and so many of the likeliest tokens at its place; 0 is the token's alone. */
  readonly logprobs?: number;
}

/**
 * Natural logarithms of the probabilities the model itself gives: before temperature, penalties, bias and masks, and
 * over the whole vocabulary.
 */
export interface TokenLogprobs {
  readonly logprob: number;
  /** The likeliest tokens at this place, best first; the chosen one may not be among them. */
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
}

/** "stop": a stop token or stop string; "length": maxTokens or the context is full; "abort": stopped from outside. */
export type FinishReason = "stop" | "length" | "abort";

export interface GenerateResult {
  /** Ids of the answer without the stop token; with those that spell a stop string. */
  readonly tokens: number[];
  /** All the text that was handed out: it ends before a stop string. Empty without a tokenizer. */
  readonly text: string;
  readonly finishReason: FinishReason;
  /** What was dropped from the text so that it fits the context, in order; absent where nothing was. */
  readonly dropped?: readonly Dropped[];
  /** For each of `tokens`, where they were asked for; undefined for one that `steer` put in. */
  readonly logprobs?: readonly (TokenLogprobs | undefined)[];
  readonly usage: {
    /** The prompt with the session's text before it. */
    readonly promptTokens: number;
    /** How many of them were read in earlier calls: of this session, or of others whose text begins like this one. */
    readonly cachedTokens: number;
    /** Tokens the model gave, a stop token included. */
    readonly completionTokens: number;
  };
  /**
   * Milliseconds. `queueMs`: until its first step could begin. `promptMs`, `decodeMs`: the steps it took part in, which
   * it may have shared with others. `ttftMs`: from the start to the first token. 0 where nothing ran.
   */
  readonly timings: {
    readonly queueMs: number;
    readonly promptMs: number;
    readonly ttftMs: number;
    readonly decodeMs: number;
    readonly promptTokensPerSecond: number;
    readonly tokensPerSecond: number;
    /** What its steps read of weights that do not stay in memory. Absent where all of them do. */
    readonly streamed?: StreamTimings;
  };
}

export interface StreamTimings {
  readonly bytesRead: number;
  /** While something was read. */
  readonly bytesPerSecond: number;
  /** The part of the steps' time in which they waited for reads: near 1 the disk is what bounds them. */
  readonly stallShare: number;
}

export interface GeneratedToken {
  /** -1 for text held back until the end that belongs to earlier tokens. */
  readonly token: number;
  /** Text that became certain with this token, often "". All of them joined are the result's text. */
  readonly text: string;
  readonly logprobs?: TokenLogprobs;
  /** What was dropped from the text before this token was chosen, so that it fits the context. */
  readonly dropped?: Dropped;
}

/**
 * An answer on its way. It starts when it is first iterated or its result is awaited. Tokens may
 * be chosen faster than a loop takes them. Breaking out of the loop stops it: the result then says "abort" and ends
 * with the last token taken. Errors reach both the loop and the result.
 */
export interface Generation extends AsyncIterable<GeneratedToken> {
  readonly result: Promise<GenerateResult>;
}

/** What the runtime needs of a tokenizer. */
export interface TokenText {
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[];
  /** Gives whole characters only. */
  detokenizer(): { push(id: number): string; flush(): string };
}
