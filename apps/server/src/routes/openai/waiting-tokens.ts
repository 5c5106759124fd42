import type { TokenEvent } from "@engine/auto";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import type { LogprobsOf } from "./logprobs.ts";

/** Tokens of several answers that wait for the next chunk of their answer, which tells their log-probabilities. */
export class WaitingTokens {
  readonly #logprobsOf: (index: number) => LogprobsOf;
  readonly #forms = new Map<number, LogprobsOf>();
  readonly #waiting = new Map<number, TokenEvent[]>();

  constructor(logprobsOf: (index: number) => LogprobsOf) {
    this.#logprobsOf = logprobsOf;
  }

  add(event: AnswerEvent & TokenEvent): void {
    const before = this.#waiting.get(event.index);
    if (before) before.push(event);
    else this.#waiting.set(event.index, [event]);
  }

  /** Those of an answer, in the form of its API; null where none wait. */
  take(index: number): object | null {
    const tokens = this.#waiting.get(index) ?? [];
    this.#waiting.delete(index);
    if (tokens.length === 0) return null;
    const form = this.#forms.get(index) ?? this.#logprobsOf(index);
    this.#forms.set(index, form);
    return form(tokens);
  }
}
