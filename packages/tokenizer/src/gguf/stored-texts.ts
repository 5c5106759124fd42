import { TURN, turn } from "../compact/turns.ts";
import type { PackedTexts } from "../compact/vocab.ts";

/** A list of texts as GGUF stores it: for each its length as 64 bits, little-endian, and its UTF-8. */
export interface StoredTexts {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Gives each text's begin and end, letting others run now and then; false where a length leads out of the list. */
export async function eachText(
  { count, bytes }: StoredTexts,
  read: (begin: number, end: number, index: number) => void,
): Promise<boolean> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0, at = 0; i < count; i++) {
    const begin = at + 8;
    if (begin > bytes.length) return false;
    at = begin + view.getUint32(begin - 8, true);
    if (at > bytes.length || view.getUint32(begin - 4, true) !== 0) return false;
    read(begin, at, i);
    if (i % TURN === TURN - 1) await turn();
  }
  return true;
}

/** The texts without their lengths; undefined where a length leads out of the list. */
export async function packTexts(list: StoredTexts): Promise<PackedTexts | undefined> {
  const { bytes, count } = list;
  if (count * 8 > bytes.length) return undefined;
  const packed = {
    bytes: new Uint8Array(bytes.length - 8 * count),
    begins: new Uint32Array(count),
    ends: new Uint32Array(count),
  };
  let used = 0;
  const isWhole = await eachText(list, (begin, end, i) => {
    packed.begins[i] = used;
    for (let at = begin; at < end; at++) packed.bytes[used++] = bytes[at]!;
    packed.ends[i] = used;
  });
  return isWhole ? packed : undefined;
}
