import { createHash, type Hash } from "node:crypto";

/** How the hub names a file's content: large files by SHA-256, the others as git does. */
export interface ContentHash {
  readonly kind: "sha256" | "git-sha1";
  /** Lower case; also the name of the blob in the cache. */
  readonly hex: string;
}

/** A running hash over a file of `size` bytes. */
export function contentHasher(kind: ContentHash["kind"], size: number): Hash {
  return kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}
