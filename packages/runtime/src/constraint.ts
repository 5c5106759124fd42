/**
 * What an answer must look like, token by token: a grammar's matcher. It sees every token of the answer, those that
 * `steer` puts in too.
 */
export interface Constraint {
  /** Bits of the tokens that may come next, u32 [ceil(vocab / 32)], bit 1 = allowed, lowest first; undefined: all may. */
  allowed(): Uint32Array | undefined | Promise<Uint32Array | undefined>;
  accept(token: number): void;
  /** Nothing more may come: the answer ends as by a stop token. */
  readonly finished: boolean;
  /** The answer has ended; called once. */
  dispose?(): void;
}

/** Tokens that both masks allow. */
export function bothMasks(
  one: Uint32Array | undefined,
  other: Uint32Array | undefined,
): Uint32Array | undefined {
  if (!one || !other) return one ?? other;
  return other.map((bits, i) => bits & (one[i] ?? 0));
}
