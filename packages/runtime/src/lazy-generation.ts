import type { GeneratedToken, GenerateResult, Generation } from "./generation.ts";

/** Runs `tokens` when it is iterated, or in one go when only the result is awaited. */
export class LazyGeneration implements Generation {
  readonly result: Promise<GenerateResult>;
  readonly #outcome: () => GenerateResult;
  readonly #run: AsyncGenerator<GeneratedToken, void, undefined>;
  #started = false;
  /** Tokens that came while the result was awaited before any loop. */
  readonly #waiting: GeneratedToken[] = [];
  #drained: Promise<void> | undefined;
  #resolve!: (result: GenerateResult) => void;
  #reject!: (error: unknown) => void;

  /** `outcome` tells the result so far: "abort" unless `tokens` came to its end. */
  constructor(tokens: () => AsyncGenerator<GeneratedToken, void, undefined>, outcome: () => GenerateResult) {
    this.#outcome = outcome;
    this.#run = this.#settling(tokens);
    this.result = new OnAwait<GenerateResult>(
      (resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      },
      () => this.#drain(),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<GeneratedToken, void, undefined> {
    return {
      next: async () => {
        this.#started = true;
        await this.#drained;
        const token = this.#waiting.shift();
        return token ? { value: token, done: false } : this.#run.next();
      },
      return: async () => {
        await this.stop();
        return { value: undefined, done: true };
      },
    };
  }

  /** Ends it where it is. */
  async stop(): Promise<void> {
    // A generator that never ran does not run its `finally` either.
    if (!this.#started) this.#resolve(this.#outcome());
    this.#started = true;
    this.#waiting.length = 0;
    await this.#run.return();
  }

  async *#settling(
    tokens: () => AsyncGenerator<GeneratedToken, void, undefined>,
  ): AsyncGenerator<GeneratedToken, void, undefined> {
    try {
      yield* tokens();
    } catch (error) {
      this.#reject(error);
      throw error;
    } finally {
      this.#resolve(this.#outcome());
    }
  }

  #drain(): void {
    if (this.#started) return;
    this.#started = true;
    const all = async (): Promise<void> => {
      for (let next = await this.#run.next(); !next.done; next = await this.#run.next()) {
        this.#waiting.push(next.value);
      }
    };
    // The result is rejected with the same error.
    this.#drained = all().catch(() => {});
  }
}

/** A promise that tells when somebody waits for it. A rejection nobody waits for is no unhandled one: the loop has it too. */
export class OnAwait<T> extends Promise<T> {
  readonly #awaited: () => void;

  // Promises derived from this one are plain.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(
    executor: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
    awaited: () => void,
  ) {
    super(executor);
    this.#awaited = awaited;
    super.then(undefined, () => {});
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaited is what this promise is for.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited();
    return super.then(fulfilled, rejected);
  }
}
