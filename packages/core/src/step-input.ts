/** Columns of one sequence's record in `StepInput.sequences`. */
export const SEQUENCE = {
  /** Index of its first row in this step. */
  firstRow: 0,
  /** How many rows it has in this step (at least one). */
  rows: 1,
  /** How many places of its caches are filled already; the step's keys go to the places after. */
  cached: 2,
  /** State slots read and written, for recurrent families; -1 without. */
  slotRead: 3,
  slotWritten: 4,
  /** Adapter, or -1. */
  adapter: 5,
  /** 1 while the rows are prompt text. */
  prompt: 6,
  stride: 7,
} as const;

/** T tokens of S sequences, flat; a sequence's rows stand together, sequences in row order; R wanted rows. */
export interface StepInput {
  /** [T] token ids. */
  readonly tokens: Int32Array;
  /** [T] position of each row in its text. */
  readonly positions: Int32Array;
  /**
   * [T] the text length that fixes a row's dynamic or longrope frequencies: for prompt rows the length of
   * the whole prompt with its history; for generated rows the longest so far.
   */
  readonly extents: Int32Array;
  /** [S, SEQUENCE.stride] */
  readonly sequences: Int32Array;
  /** For each cache group [S, n]: the block of each `blockTokens` places; -1 once behind the window. */
  readonly tables: readonly Int32Array[];
  /** [R] rows whose output is wanted, ascending. */
  readonly wanted: Int32Array;
  /**
   * [T] -1, or the number of the row's block: neighbouring rows of a sequence with one number are a block (an image),
   * whose rows see each other where an attention asks for it. A block lies in one step. Absent: no row has one.
   */
  readonly media?: Int32Array;
  /** Rows whose embedding the caller gives, for programs with an "overlay". */
  readonly embeddings?: GivenRows;
  readonly select?: Select;
}

export interface GivenRows {
  /** [n] rows of the step, ascending. */
  readonly rows: Int32Array;
  /** [n, width] */
  readonly values: Float32Array;
}

/** What the last op does to each wanted row, in this order: adjust, mask, divide by temperature, add noise, take the top. */
export interface Select {
  /** Candidates handed back for each row, at most the vocabulary. */
  readonly top: number;
  /** [R], 0 is greedy: no division, no noise. */
  readonly temperature: Float32Array;
  /** [R, ceil(vocab / 32)], bit 1 = allowed. */
  readonly mask?: Uint32Array;
  /**
   * Sparse changes of logits, applied in order: x > 0 ? x / divide : x * divide, then + add.
   * A repetition penalty divides; frequency and presence penalties and biases add.
   */
  readonly adjust?: {
    readonly row: Int32Array;
    readonly id: Int32Array;
    readonly divide: Float32Array;
    readonly add: Float32Array;
  };
  /** [R, 4] key (two words) and counter (two words) of Philox 4x32-10; Gumbel noise makes the first candidate an exact sample. A row whose counter is zero gets none. */
  readonly noise?: Uint32Array;
}

/** The caller's arrays, filled when run() resolves. */
export interface StepOutput {
  /** [R, top] candidates, best first; ties go to the smaller id. */
  readonly ids?: Int32Array;
  /** [R, top] adjusted, masked, tempered logits, without the noise. */
  readonly values?: Float32Array;
  /** [R, 2] log-sum-exp of the raw logits, then of the adjusted, masked and tempered ones. */
  readonly lse?: Float32Array;
  /** The program's other outputs by name, dense in row order. */
  readonly tensors?: Readonly<Record<string, Float32Array>>;
}
