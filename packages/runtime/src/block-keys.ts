import type { Program } from "@engine/core";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** What of a row's place in a text changes its numbers, besides the tokens before it. */
export interface KeyRules {
  /** The program reads the rows' extents (dynamic and longrope frequencies). */
  readonly extents: boolean;
  /** The device computes prompt rows otherwise than generated ones. */
  readonly kinds: boolean;
}

/** What changes a row's numbers in this program. */
export function keyRules({ graph }: Pick<Program, "graph">): KeyRules {
  const extents = graph.nodes.some(({ op, attrs }) => op.name === "input" && attrs.name === "extents");
  return { extents, kinds: false };
}

/** The rows of one block. */
export interface BlockRows {
  readonly tokens: readonly number[];
  readonly extents: readonly number[];
  readonly kinds: readonly number[];
  /** Those that reach into the block; `begin` counts from its first row. */
  readonly embeddings: readonly {
    readonly begin: number;
    readonly whole: boolean;
    readonly values: Float32Array;
  }[];
}

/**
 * The name of a block's content: a SHA-256 over the name of the block before it and all that decides its rows' numbers.
 * Equal names are equal keys and values, for texts of anybody: so no weaker hash will do.
 */
export function blockKey(before: string, rows: BlockRows, rules: KeyRules): string {
  const words = [...rows.tokens, ...(rules.extents ? rows.extents : []), ...(rules.kinds ? rows.kinds : [])];
  const hash = sha256.create();
  hash.update(new TextEncoder().encode(before));
  hash.update(new Uint8Array(Int32Array.from(words).buffer));
  for (const { begin, whole, values } of rows.embeddings) {
    hash.update(new Uint8Array(Int32Array.of(begin, Number(whole), values.length).buffer));
    hash.update(digestOf(values));
  }
  return bytesToHex(hash.digest());
}

/** Each image is digested once, however many blocks and steps it reaches over. */
const digests = new WeakMap<Float32Array, Uint8Array>();

function digestOf(values: Float32Array): Uint8Array {
  const known = digests.get(values);
  if (known) return known;
  const digest = sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  digests.set(values, digest);
  return digest;
}
