import type { ChatResult } from "@engine/auto";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import type { Head } from "./head.ts";
import { type LogprobsOf, tokensOf } from "./logprobs.ts";
import type { Echo } from "./prompt-echo.ts";
import { timingsOf, usageOf } from "./usage.ts";
import { WaitingTokens } from "./waiting-tokens.ts";

export interface CompletionForm {
  readonly head: Head;
  /** Put before each answer, by its index: the prompts, where `echo` asked for them. */
  readonly echo: (index: number) => Echo;
  readonly logprobsOf: (index: number) => LogprobsOf;
  /** Answers to each prompt. */
  readonly count: number;
}

/** The object of a finished plain completion. */
export function completion(
  { head, echo, count, logprobsOf }: CompletionForm,
  results: readonly ChatResult[],
) {
  return {
    ...common(head),
    choices: results.map((result, index) => ({
      ...choice(index, echo(index).text + result.text, reasonOf(result)),
      logprobs: logprobsOf(index)([...echo(index).tokens, ...tokensOf(result)]),
    })),
    usage: usageOf(results, count),
    timings: timingsOf(results[0]!),
  };
}

/** Turns the events of plain completions into the objects of a stream. */
export class CompletionChunks {
  readonly #form: CompletionForm;
  readonly #withUsage: boolean;
  readonly #begun = new Set<number>();
  readonly #tokens: WaitingTokens;
  readonly #results: ChatResult[] = [];

  constructor(form: CompletionForm, options: { readonly withUsage: boolean }) {
    this.#form = form;
    this.#tokens = new WaitingTokens(form.logprobsOf);
    this.#withUsage = options.withUsage;
  }

  take(event: AnswerEvent): readonly object[] {
    const { index } = event;
    const echoed = this.#echo(index);
    if (event.type === "token") {
      this.#tokens.add(event);
      return echoed;
    }
    if (event.type === "finish") {
      this.#results[index] = event;
      const last = { ...choice(index, "", reasonOf(event)), logprobs: this.#tokens.take(index) };
      return [...echoed, { ...this.#chunk(last), timings: timingsOf(event) }];
    }
    if (event.type !== "text") return echoed;
    const told = { ...choice(index, event.text), logprobs: this.#tokens.take(index) };
    return [...echoed, this.#chunk(told)];
  }

  /** The prompt comes before all there is of an answer. */
  #echo(index: number): readonly object[] {
    if (this.#begun.has(index)) return [];
    this.#begun.add(index);
    const { text, tokens } = this.#form.echo(index);
    if (text === "") return [];
    for (const token of tokens) this.#tokens.add({ ...token, type: "token", index });
    return [this.#chunk({ ...choice(index, text), logprobs: this.#tokens.take(index) })];
  }

  end(): readonly object[] {
    const { head, count } = this.#form;
    return this.#withUsage ? [{ ...common(head), choices: [], usage: usageOf(this.#results, count) }] : [];
  }

  #chunk(one: object): object {
    return { ...common(this.#form.head), choices: [one], ...(this.#withUsage && { usage: null }) };
  }
}

function common({ id, created, model }: Head) {
  return { id, object: "text_completion", created, model };
}

function choice(index: number, text: string, finish_reason: string | null = null) {
  return { index, text, logprobs: null, finish_reason } as const;
}

function reasonOf({ finishReason }: ChatResult): string {
  return finishReason === "length" ? "length" : "stop";
}
