/** A model that is there, and where. */
export interface FoundModel {
  readonly id: string;
  /** A folder or file. Only the operator's settings and the hub cache make these, never a request. */
  readonly path: string;
  readonly origin: "given" | "folder" | "hub";
  /** Of its files, in bytes; undefined where nobody counted. */
  readonly bytes: number | undefined;
  readonly modified: Date | undefined;
  /** What a download has not brought yet. */
  readonly missing: readonly string[];
}

/** A model that clients may name. */
export interface ModelSource extends FoundModel {
  /** Where the model has no chat template, the texts of a conversation are simply continued. */
  readonly plainChat: boolean;
}
