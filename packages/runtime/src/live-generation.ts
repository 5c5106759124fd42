import type { GeneratedToken, GenerateResult, Generation } from "./generation.ts";
import { OnAwait } from "./on-await.ts";

/** Where an answer's tokens go as they are chosen. */
export interface TokenSink {
  push(token: GeneratedToken): void;
  end(): void;
  fail(error: unknown): void;
}

/** An answer on its way. */
export interface LiveAnswer {
  /** Ends it where it is, or after its first `taken` tokens; resolves once no step uses its text. */
  stop(taken?: number): Promise<void>;
  /** What there is of it. */
  result(): GenerateResult;
  /** Its result is out: nobody asks for more. */
  settled(): void;
}

type Waiter = {
  readonly resolve: (next: IteratorResult<GeneratedToken, void>) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * An answer that starts when it is iterated or its result is awaited. Its tokens may come faster than they are taken;
 * who breaks out of the loop gets a result that ends where the loop did.
 */
export class LiveGeneration implements Generation {
  readonly result: Promise<GenerateResult>;
  readonly #start: (sink: TokenSink) => LiveAnswer;
  readonly #none: () => GenerateResult;
  readonly #tokens: GeneratedToken[] = [];
  readonly #waiters: Waiter[] = [];
  #answer: LiveAnswer | undefined;
  #started = false;
  /** A loop takes the tokens, so the result is that of the loop. */
  #looped = false;
  #taken = 0;
  #ended = false;
  #settled = false;
  #failure: { readonly error: unknown } | undefined;
  #resolve!: (result: GenerateResult) => void;
  #reject!: (error: unknown) => void;

  /** `start` may throw; `none` is the result of an answer that was stopped before it began. */
  constructor(start: (sink: TokenSink) => LiveAnswer, none: () => GenerateResult) {
    this.#start = start;
    this.#none = none;
    this.result = new OnAwait<GenerateResult>(
      (resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      },
      () => this.#begin(),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<GeneratedToken, void, undefined> {
    return {
      next: () => {
        this.#looped ||= !this.#started;
        this.#begin();
        return new Promise((resolve, reject) => {
          this.#waiters.push({ resolve, reject });
          this.#serve();
        });
      },
      return: async () => {
        await this.stop();
        return { value: undefined, done: true };
      },
    };
  }

  /** Ends it after the tokens that were taken. */
  async stop(): Promise<void> {
    if (this.#settled) return;
    this.#started = true;
    await this.#answer?.stop(this.#looped ? this.#taken : undefined);
    this.#tokens.length = 0;
    this.#ended = true;
    this.#serve();
  }

  #begin(): void {
    if (this.#started) return;
    this.#started = true;
    const sink: TokenSink = {
      push: (token) => {
        this.#tokens.push(token);
        this.#serve();
      },
      end: () => {
        this.#ended = true;
        this.#serve();
      },
      fail: (error) => {
        this.#failure = { error };
        this.#ended = true;
        this.#serve();
      },
    };
    try {
      this.#answer = this.#start(sink);
      // It may have ended in its first breath.
      this.#serve();
    } catch (error) {
      sink.fail(error);
    }
  }

  #serve(): void {
    while (this.#waiters.length > 0 && this.#tokens.length > 0) {
      const token = this.#tokens.shift()!;
      if (token.token >= 0) this.#taken++;
      this.#waiters.shift()!.resolve({ value: token, done: false });
    }
    if (!this.#ended || (this.#looped && this.#tokens.length > 0)) return;
    this.#settle();
    if (this.#tokens.length > 0) return;
    for (const waiter of this.#waiters.splice(0)) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure) waiter.reject(failure.error);
      else waiter.resolve({ value: undefined, done: true });
    }
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#failure) this.#reject(this.#failure.error);
    else this.#resolve(this.#answer?.result() ?? this.#none());
    this.#answer?.settled();
  }
}
