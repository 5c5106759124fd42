/** Ids of words met before. When it is full it starts afresh. */
export interface WordCache {
  /** Appends the word's ids; false where it is not known. */
  take(word: string, into: number[]): boolean;
  /** Keeps the ids that were appended from `begin` on as those of the word. */
  keep(word: string, ids: readonly number[], begin: number): void;
}

// V8 copies slices up to this length; a longer one would keep the whole text it comes from in memory.
const MAX_LENGTH = 12;
const ROOM = 1 << 16;
// Place and count of a word's ids share one small integer.
const COUNT_BITS = 8;

export function wordCache(): WordCache {
  const words = new Map<string, number>();
  const stored = new Int32Array(ROOM);
  let used = 0;
  return {
    take(word, into) {
      if (word.length > MAX_LENGTH) return false;
      const found = words.get(word);
      if (found === undefined) return false;
      const begin = found >> COUNT_BITS;
      const end = begin + (found & (2 ** COUNT_BITS - 1));
      for (let i = begin; i < end; i++) into.push(stored[i]!);
      return true;
    },
    keep(word, ids, begin) {
      const count = ids.length - begin;
      if (word.length > MAX_LENGTH || count >= 2 ** COUNT_BITS) return;
      if (used + count > ROOM) {
        words.clear();
        used = 0;
      }
      words.set(word, used * 2 ** COUNT_BITS + count);
      for (let i = begin; i < ids.length; i++) stored[used++] = ids[i]!;
    },
  };
}
