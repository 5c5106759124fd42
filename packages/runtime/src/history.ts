import { type BlockRows, blockKey, type KeyRules } from "./block-keys.ts";
import type { Sequence } from "./sequence.ts";

/** Rows that one step takes from a text. */
export interface Chunk {
  readonly tokens: readonly number[];
  readonly extents: readonly number[];
  readonly prompt: boolean;
}

const GENERATED = 0;
const PROMPT = 1;

/**
 * A session's text: its tokens, what each row was when it was first computed, and how many of them the caches hold
 * (`sequence.length`, never more). A row computed again is what it was.
 */
export class History {
  readonly tokens: number[] = [];
  readonly #extents: number[] = [];
  readonly #kinds: number[] = [];
  /** Longest extent so far, at each place. */
  readonly #longest: number[] = [];
  readonly #keys: string[] = [];
  /** Rows that were computed once; those after may still become part of a prompt. */
  #computed = 0;

  constructor(
    public sequence: Sequence,
    readonly rules: KeyRules,
  ) {}

  get length(): number {
    return this.tokens.length;
  }

  /** Rows the caches do not hold. */
  get pending(): number {
    return this.tokens.length - this.sequence.length;
  }

  /** Puts prompt text at the end. Rows not computed yet are read with it. */
  addPrompt(ids: readonly number[]): void {
    for (const id of ids) this.tokens.push(id);
    this.#settle(this.#computed, PROMPT);
  }

  /** Puts a generated token at the end. */
  addToken(id: number): void {
    this.tokens.push(id);
    this.#settle(this.tokens.length - 1, GENERATED);
  }

  /** The next rows of one kind, at most so many. */
  chunk(most: number): Chunk {
    const begin = this.sequence.length;
    const kind = this.#kinds[begin];
    let end = begin;
    while (end < this.tokens.length && end - begin < most && this.#kinds[end] === kind) end++;
    const prompt = kind === PROMPT;
    return { tokens: this.tokens.slice(begin, end), extents: this.#extents.slice(begin, end), prompt };
  }

  /** The caches hold up to here now. */
  computed(length: number): void {
    this.#computed = Math.max(this.#computed, length);
  }

  /** The text ends here; what came after never was. */
  rewind(length: number): void {
    for (const list of [this.tokens, this.#extents, this.#kinds, this.#longest]) list.length = length;
    this.#computed = Math.min(this.#computed, length);
    this.#keepKeys(length);
    this.sequence.rewind(length);
  }

  /** Name of the content of a full block. */
  readonly key = (index: number): string => {
    const size = this.sequence.blockTokens;
    for (let i = this.#keys.length; i <= index; i++) {
      const [begin, end] = [i * size, (i + 1) * size];
      const rows: BlockRows = {
        tokens: this.tokens.slice(begin, end),
        extents: this.#extents.slice(begin, end),
        kinds: this.#kinds.slice(begin, end),
      };
      this.#keys.push(blockKey(this.#keys[i - 1] ?? "", rows, this.rules));
    }
    return this.#keys[index]!;
  };

  fork(): History {
    const copy = new History(this.sequence.fork(), this.rules);
    copy.tokens.push(...this.tokens);
    copy.#extents.push(...this.#extents);
    copy.#kinds.push(...this.#kinds);
    copy.#longest.push(...this.#longest);
    copy.#computed = this.#computed;
    return copy;
  }

  #settle(begin: number, kind: number): void {
    this.#keepKeys(begin);
    const length = this.tokens.length;
    for (let row = begin; row < length; row++) {
      const before = this.#longest[row - 1] ?? 0;
      const extent = kind === PROMPT ? length : Math.max(before, row + 1);
      this.#kinds[row] = kind;
      this.#extents[row] = extent;
      this.#longest[row] = Math.max(before, extent);
    }
  }

  #keepKeys(length: number): void {
    this.#keys.length = Math.min(this.#keys.length, Math.floor(length / this.sequence.blockTokens));
  }
}
