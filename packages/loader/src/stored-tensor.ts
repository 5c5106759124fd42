/** A tensor as the header tells it. Offsets count from the end of the header. */
export interface StoredTensor {
  readonly name: string;
  /** In lower case: "f32", "bf16", "f8_e4m3". */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly bytes: number;
  readonly rowBytes: number;
}
