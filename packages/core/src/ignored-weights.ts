/** Tensors that published checkpoints hold and a family has no use for. */
export interface IgnoredWeights {
  /** Matches their full names. */
  readonly names: RegExp;
  /** Why, for people: "the rotation is computed". */
  readonly reason: string;
}
