import type { Constraint } from "@engine/runtime";
import type { ReasoningChannel, Tokenizer } from "@engine/tokenizer";

export interface ChatConstraintOptions {
  readonly tokenizer: Pick<Tokenizer, "tokenId" | "vocabSize">;
  /** How the model marks thoughts; undefined where it has none, or may not begin one by itself. */
  readonly reasoning: ReasoningChannel | undefined;
  /** Whether the answer is inside a thought, as of the token before. */
  readonly thinking: () => boolean;
}

/**
 * A constraint on the answer alone: thoughts are free, and so are their markers. Where the model opens its thoughts
 * itself, it may do so once, before the answer begins.
 */
export class ChatConstraint implements Constraint {
  readonly #answer: Constraint;
  readonly #options: ChatConstraintOptions;
  readonly #open: number | undefined;
  #begun = false;
  /** There was a thought; the answer comes after it. */
  #thought = false;
  /** Tokens to come that close a thought and are no part of the answer. */
  #closing = 0;

  constructor(answer: Constraint, options: ChatConstraintOptions) {
    this.#answer = answer;
    this.#options = options;
    // A marker of several tokens cannot be told from text by its first.
    this.#open = options.reasoning && options.tokenizer.tokenId(options.reasoning.open);
  }

  get finished(): boolean {
    return this.#begun && this.#answer.finished;
  }

  async allowed(): Promise<Uint32Array | undefined> {
    if (this.#options.thinking()) return undefined;
    const mask = await this.#answer.allowed();
    if (!mask || this.#begun || this.#thought || this.#open === undefined) return mask;
    const either = Uint32Array.from(mask);
    either[this.#open >> 5]! |= 1 << (this.#open & 31);
    return either;
  }

  accept(token: number): void {
    // The token's own text is read after this.
    const inside = this.#options.thinking();
    if (this.#closing > 0) {
      this.#closing--;
      return;
    }
    if (inside || (!this.#begun && !this.#thought && token === this.#open)) {
      this.#thought = true;
      return;
    }
    this.#begun = true;
    this.#answer.accept(token);
  }

  dispose(): void {
    this.#answer.dispose?.();
  }

  /** So many tokens follow that the model did not choose: they close its thought. */
  closing(count: number): void {
    this.#closing += count;
  }
}
