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
