/** Where the work stands; bytes are those of the source. */
export interface QuantizeProgress {
  readonly done: number;
  readonly total: number;
  readonly tensor: string;
  readonly bytesPerSecond: number;
  /** Undefined until a rate is known. */
  readonly secondsLeft: number | undefined;
}
