import type { TokenText } from "./generation.ts";
import { StopStrings } from "./stop-strings.ts";

/** The text of an answer's tokens, up to the first stop string. Without a tokenizer it is empty. */
export class AnswerText {
  /** All that was handed out. */
  text = "";
  readonly #detokenizer: ReturnType<TokenText["detokenizer"]> | undefined;
  readonly #stops: StopStrings;

  /** `before`: the tokens the answer goes on after, perhaps in the middle of a character. */
  constructor(tokenizer: TokenText | undefined, stops: readonly string[], before: readonly number[]) {
    this.#stops = new StopStrings(stops);
    this.#detokenizer = tokenizer?.detokenizer();
    for (const id of before) this.#detokenizer?.push(id);
  }

  push(token: number): { readonly text: string; readonly stopped: boolean } {
    const next = this.#stops.push(this.#detokenizer?.push(token) ?? "");
    this.text += next.text;
    return next;
  }

  /** All that was handed out ends here. */
  cut(length: number): void {
    this.text = this.text.slice(0, length);
  }

  /** What was held back, once no more tokens come. */
  end(): string {
    const last = this.#stops.push(this.#detokenizer?.flush() ?? "");
    const text = last.stopped ? last.text : last.text + this.#stops.flush();
    this.text += text;
    return text;
  }
}
