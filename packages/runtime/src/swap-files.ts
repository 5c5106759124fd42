/** A file of its owner alone, gone once it is closed. */
export interface SwapFile {
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Fills `into`; throws where the file ends before. */
  read(into: Uint8Array, at: number): Promise<void>;
  close(): Promise<void>;
}

export interface SwapFiles {
  /** Where they lie, for messages. */
  readonly where: string;
  create(): Promise<SwapFile>;
}

/** A resting text's blocks in a file. */
export interface SwappedText {
  /** Places they hold. */
  readonly cached: number;
  readonly longest: number;
  /** For each cache group, which blocks of its table are there. */
  readonly tables: readonly (readonly number[])[];
  readonly bytes: number;
  readonly file: SwapFile;
}
