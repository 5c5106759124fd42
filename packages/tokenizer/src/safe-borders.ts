import type { JsonObject } from "./json.ts";

const CODE_POINTS = 0x110000;

/**
 * Cuts a text where no BPE merge can ever cross, so that the pieces encode to the same ids as the whole.
 * A merge of (a, b) crosses the border between a's last character and b's first one; a border whose two
 * characters no merge joins is never crossed, and merges on its two sides cannot see each other.
 */
export type SafeCut = (text: string) => string[];

/** A cutter for one BPE model, or undefined where the model has rules that look at a word as a whole. */
export function safeCut(model: JsonObject): SafeCut | undefined {
  if (model.type !== "BPE" || model.ignore_merges === true || model.end_of_word_suffix) return undefined;
  const merges = model.merges as readonly (string | readonly [string, string])[];
  let joined: ReadonlySet<number> | undefined;
  return (text) => {
    joined ??= joinedPairs(merges);
    const pieces: string[] = [];
    let start = 0;
    let previous = text.codePointAt(0) ?? 0;
    for (let i = previous > 0xffff ? 2 : 1; i < text.length; ) {
      const next = text.codePointAt(i)!;
      if (!joined.has(previous * CODE_POINTS + next)) {
        pieces.push(text.slice(start, i));
        start = i;
      }
      previous = next;
      i += next > 0xffff ? 2 : 1;
    }
    pieces.push(text.slice(start));
    return pieces;
  };
}

function joinedPairs(merges: readonly (string | readonly [string, string])[]): ReadonlySet<number> {
  const pairs = new Set<number>();
  for (const merge of merges) {
    const [left, right] = typeof merge === "string" ? (merge.split(" ", 2) as [string, string]) : merge;
    pairs.add(lastCodePoint(left) * CODE_POINTS + right.codePointAt(0)!);
  }
  return pairs;
}

function lastCodePoint(text: string): number {
  const end = text.length;
  const pair = end > 1 ? text.codePointAt(end - 2)! : 0;
  return pair > 0xffff ? pair : text.charCodeAt(end - 1);
}
