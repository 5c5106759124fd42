import { EngineError } from "@engine/core";
import type { PlacedEmbeddings } from "./given-embeddings.ts";

/** A session's text with what the caches held of it. */
export interface SavedText {
  /** Of the model and its block layout; see `fingerprint`. */
  readonly model: string;
  /** i32 [tokens] each; see `History`. */
  readonly tokens: Int32Array;
  readonly extents: Int32Array;
  readonly kinds: Int32Array;
  readonly computed: number;
  readonly embeddings: readonly PlacedEmbeddings[];
  /** Places the blocks hold. */
  readonly cached: number;
  readonly longest: number;
  /** For each cache group, which blocks of its table are there. */
  readonly tables: readonly (readonly number[])[];
  /** Bytes of the blocks, cache by cache; then of the slot, state by state. */
  readonly blocks: readonly Uint8Array[];
}

const MAGIC = "engine session 1";

/** As one file: the magic word, the header's length (u32), the header (JSON), then the arrays in its order, little-endian. */
export function encodeText(text: SavedText): Uint8Array {
  const { tokens, extents, kinds, embeddings, blocks, ...rest } = text;
  const arrays = [tokens, extents, kinds, ...embeddings.map(({ values }) => values), ...blocks];
  const header = {
    ...rest,
    length: tokens.length,
    embeddings: embeddings.map(({ begin, end, whole, values }) => ({
      begin,
      end,
      whole,
      count: values.length,
    })),
    blocks: blocks.map(({ byteLength }) => byteLength),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, json.length, true);
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const parts = [new TextEncoder().encode(MAGIC), size, json, ...arrays.map(bytesOf)];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Throws `bad-session` for what is no such file, or is cut. What its numbers mean is checked where they are used. */
export function decodeText(file: Uint8Array): SavedText {
  const fail = (text: string): never => {
    throw new EngineError("bad-session", `These bytes are no saved session: ${text}.`);
  };
  let at = 0;
  const take = (bytes: number): Uint8Array => {
    if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > file.length - at)
      fail(`${bytes} bytes are named at byte ${at}, but there are ${file.length}`);
    at += bytes;
    return file.slice(at - bytes, at);
  };
  const ints = (count: number): Int32Array => new Int32Array(take(count * 4).buffer);
  if (new TextDecoder().decode(take(Math.min(MAGIC.length, file.length))) !== MAGIC)
    fail(`they do not begin with "${MAGIC}"`);
  const json = take(new DataView(take(4).buffer).getUint32(0, true));
  const header = parse(new TextDecoder().decode(json)) ?? fail("their header cannot be read");
  const { length, embeddings, blocks, ...rest } = header;
  const [tokens, extents, kinds] = [ints(length), ints(length), ints(length)];
  const given = embeddings.map(({ count, ...place }) => ({
    ...place,
    values: new Float32Array(take(count * 4).buffer),
  }));
  const held = blocks.map(take);
  if (at !== file.length) fail(`${file.length - at} bytes are left at their end`);
  return { ...rest, tokens, extents, kinds, embeddings: given, blocks: held };
}

type Header = Omit<SavedText, "tokens" | "extents" | "kinds" | "embeddings" | "blocks"> & {
  readonly length: number;
  readonly embeddings: readonly { begin: number; end: number; whole: boolean; count: number }[];
  readonly blocks: readonly number[];
};

function parse(json: string): Header | undefined {
  try {
    const header = JSON.parse(json) as Header;
    const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
    const list = (value: unknown, each: (entry: never) => boolean): boolean =>
      Array.isArray(value) && value.every((entry) => each(entry as never));
    const { model, length, computed, cached, longest, tables, embeddings, blocks } = header;
    const fits =
      typeof model === "string" &&
      [length, computed, cached, longest].every(whole) &&
      list(tables, (table) => list(table, whole)) &&
      list(blocks, whole) &&
      list(
        embeddings,
        ({ begin, end, whole: all, count }: Header["embeddings"][number]) =>
          [begin, end, count].every(whole) && typeof all === "boolean",
      );
    return fits ? header : undefined;
  } catch {
    return undefined;
  }
}
