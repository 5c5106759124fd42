/** A model that clients may name, and where it is. */
export interface ModelSource {
  readonly id: string;
  /** A folder or file. Only the operator's settings and the hub cache make these, never a request. */
  readonly path: string;
  readonly origin: "given" | "folder" | "hub";
  /** Of its files, in bytes; undefined where nobody counted. */
  readonly bytes: number | undefined;
  readonly modified: Date | undefined;
  /** What a download has not brought yet. */
  readonly missing: readonly string[];
  /** Where the model has no chat template, the texts of a conversation are simply continued. */
  readonly plainChat: boolean;
}
