import { EngineError } from "@engine/core";
import type { Constraint } from "@engine/runtime";
import type { GrammarMatcher } from "@mlc-ai/web-xgrammar";

/** One answer's way through a grammar. */
export class MatcherConstraint implements Constraint {
  readonly finished = false;
  readonly #matcher: GrammarMatcher;

  constructor(matcher: GrammarMatcher) {
    this.#matcher = matcher;
  }

  /** Where the grammar is complete, what ends an answer is among them. */
  async allowed(): Promise<Uint32Array> {
    const mask = await this.#matcher.getNextTokenBitmask();
    return new Uint32Array(mask.buffer, mask.byteOffset, mask.length);
  }

  accept(token: number): void {
    if (this.#matcher.acceptToken(token)) return;
    throw new EngineError(
      "bad-option",
      `Token ${token} came where the grammar does not allow it: something put it in (\`steer\`).`,
    );
  }

  dispose(): void {
    this.#matcher.dispose();
  }
}
