import { type BlockRows, blockKey, type KeyRules } from "./block-keys.ts";
import { chunkEnd, type PlacedEmbeddings } from "./given-embeddings.ts";
import type { SavedText } from "./saved-text.ts";
import type { Sequence } from "./sequence.ts";
import type { SwappedText } from "./swap-files.ts";

/** Rows that one step takes from a text. */
export interface Chunk {
  readonly tokens: readonly number[];
  readonly extents: readonly number[];
  readonly prompt: boolean;
  /** Fewer rows than this cannot be taken: those of an image go together. */
  readonly least: number;
}

const GENERATED = 0;
const PROMPT = 1;
/** A generated token whose row was read with the prompt after it. */
const READ = 2;

/**
 * A session's text: its tokens, what each row was when it was first computed, and how many of them the caches hold
 * (`sequence.length`, never more). A row computed again is what it was.
 */
export class History {
  readonly tokens: number[] = [];
  /** Embeddings given in the place of some tokens' own, in order. */
  readonly embeddings: PlacedEmbeddings[] = [];
  readonly #extents: number[] = [];
  readonly #kinds: number[] = [];
  /** Longest extent so far, at each place. */
  readonly #longest: number[] = [];
  readonly #keys: string[] = [];
  /** Texts of other origins never share blocks with this one; forks do. */
  #origin = "";
  /** Its blocks, where they lie in a file. */
  swapped: { readonly text: SwappedText; readonly drop: () => void } | undefined;
  /** Rows that were computed once; those after may still become part of a prompt. */
  #computed = 0;

  constructor(
    readonly sequence: Sequence,
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
  addPrompt(ids: readonly number[], embeddings: readonly PlacedEmbeddings[] = []): void {
    for (const id of ids) this.tokens.push(id);
    this.embeddings.push(...embeddings);
    this.#settle(this.#computed, PROMPT);
  }

  /** Puts a generated token at the end. */
  addToken(id: number): void {
    this.tokens.push(id);
    this.#settle(this.tokens.length - 1, GENERATED);
  }

  /** The next rows of one kind, at most so many; none where an image among them takes more. */
  chunk(most: number): Chunk {
    const begin = this.sequence.length;
    const prompt = this.#kinds[begin] !== GENERATED;
    const whole = this.embeddings.find((given) => given.whole && given.begin === begin);
    const least = whole ? whole.end - begin : 1;
    let end = begin;
    const limit = Math.min(this.tokens.length, begin + most);
    while (end < limit && (this.#kinds[end] !== GENERATED) === prompt) end++;
    end = least > most ? begin : chunkEnd(begin, end, this.embeddings);
    const [tokens, extents] = [this.tokens.slice(begin, end), this.#extents.slice(begin, end)];
    return { tokens, extents, prompt, least };
  }

  /**
   * Takes over what other texts have computed of this one; the last row is left, for its logits. Gives the places
   * gained, and up to where at least keys and values are known.
   */
  adopt(): { readonly gained: number; readonly known: number } {
    let most = this.tokens.length - 1;
    const size = this.sequence.blockTokens;
    // A text goes on before or after an image, never inside of it.
    for (const { whole, begin, end } of this.embeddings.toReversed()) {
      const border = most - (most % size);
      if (whole && begin < border && border < end) most = begin;
    }
    return this.sequence.adopt(most, this.key);
  }

  /** The caches hold up to here now. */
  computed(length: number): void {
    this.#computed = Math.max(this.#computed, length);
  }

  dropSwapped(): void {
    this.swapped?.drop();
    this.swapped = undefined;
  }

  /** The text ends here; what came after never was. */
  rewind(length: number): void {
    if (length >= this.tokens.length) return;
    if (this.swapped && length < this.swapped.text.cached) this.dropSwapped();
    for (const list of [this.tokens, this.#extents, this.#kinds, this.#longest]) list.length = length;
    while ((this.embeddings.at(-1)?.end ?? 0) > length) this.embeddings.pop();
    this.#computed = Math.min(this.#computed, length);
    this.#keepKeys(length);
    this.sequence.rewind(length);
    this.reopen();
  }

  /** Takes the tokens from `begin` to `end` out; what is left is a prompt that nothing was computed of. */
  drop(begin: number, end: number): void {
    const kept = [...this.tokens.slice(0, begin), ...this.tokens.slice(end)];
    const gone = end - begin;
    const embeddings = this.embeddings
      .filter((given) => given.end <= begin || given.begin >= end)
      .map((given) =>
        given.begin < end ? given : { ...given, begin: given.begin - gone, end: given.end - gone },
      );
    for (const list of [this.tokens, this.#extents, this.#kinds, this.#longest, this.embeddings])
      list.length = 0;
    this.#computed = 0;
    this.#keepKeys(0);
    this.sequence.clear();
    this.addPrompt(kept, embeddings);
  }

  /**
   * Where an answer ends the text, its last token is read with what comes next, whether or not a step has read it: so
   * it makes no difference how far the steps were ahead of who stopped the answer.
   */
  reopen(): void {
    const last = this.tokens.length - 1;
    if (last < 0 || this.#kinds[last] === PROMPT) return;
    this.#computed = Math.min(this.#computed, last);
    this.#settle(last, GENERATED);
    this.sequence.rewind(last);
  }

  /** Name of the content of a full block. */
  readonly key = (index: number): string => {
    const size = this.sequence.blockTokens;
    for (let i = this.#keys.length; i <= index; i++) {
      const [begin, end] = [i * size, (i + 1) * size];
      const rows: BlockRows = {
        tokens: this.tokens.slice(begin, end),
        extents: this.#extents.slice(begin, end),
        kinds: this.#kinds.slice(begin, end).map((kind) => (kind === READ ? PROMPT : kind)),
        embeddings: this.embeddings
          .filter((given) => given.begin < end && given.end > begin)
          .map((given) => ({ ...given, begin: given.begin - begin })),
      };
      this.#keys.push(blockKey(this.#keys[i - 1] ?? this.#origin, rows, this.rules));
    }
    return this.#keys[index]!;
  };

  /** What there is of it besides the blocks. */
  rows(): Pick<SavedText, "tokens" | "extents" | "kinds" | "computed" | "embeddings"> {
    return {
      tokens: Int32Array.from(this.tokens),
      extents: Int32Array.from(this.#extents),
      kinds: Int32Array.from(this.#kinds),
      computed: this.#computed,
      embeddings: this.embeddings,
    };
  }

  /**
   * Becomes a saved text; false when its rows cannot be such. Its blocks come from outside, so what they hold is not
   * given to texts of others.
   */
  take(saved: ReturnType<History["rows"]>, vocab: number): boolean {
    const { tokens, extents, kinds, computed, embeddings } = saved;
    const fits =
      tokens.every((id) => id >= 0 && id < vocab) &&
      extents.every((extent, row) => extent > row) &&
      kinds.every((kind) => kind === GENERATED || kind === PROMPT || kind === READ) &&
      computed <= tokens.length &&
      embeddings.every(
        ({ begin, end }, i) => (embeddings[i - 1]?.end ?? 0) <= begin && begin < end && end <= tokens.length,
      );
    if (!fits) return false;
    tokens.forEach((id, row) => {
      this.tokens.push(id);
      this.#kinds.push(kinds[row]!);
      this.#extents.push(extents[row]!);
      this.#longest.push(Math.max(this.#longest[row - 1] ?? 0, extents[row]!));
    });
    this.embeddings.push(...embeddings);
    this.#computed = computed;
    this.#origin = crypto.randomUUID();
    return true;
  }

  fork(): History {
    const copy = new History(this.sequence.fork(), this.rules);
    copy.embeddings.push(...this.embeddings);
    const lists = [
      [this.tokens, copy.tokens],
      [this.#extents, copy.#extents],
      [this.#kinds, copy.#kinds],
      [this.#longest, copy.#longest],
    ] as const;
    for (const [from, to] of lists) for (const value of from) to.push(value);
    copy.#computed = this.#computed;
    copy.#origin = this.#origin;
    return copy;
  }

  #settle(begin: number, kind: number): void {
    this.#keepKeys(begin);
    const length = this.tokens.length;
    for (let row = begin; row < length; row++) {
      const before = this.#longest[row - 1] ?? 0;
      const extent = kind === PROMPT ? length : Math.max(before, row + 1);
      const generated = this.#kinds[row] === GENERATED || this.#kinds[row] === READ;
      this.#kinds[row] = kind === PROMPT && generated ? READ : kind;
      this.#extents[row] = extent;
      this.#longest[row] = Math.max(before, extent);
    }
  }

  #keepKeys(length: number): void {
    this.#keys.length = Math.min(this.#keys.length, Math.floor(length / this.sequence.blockTokens));
  }
}
