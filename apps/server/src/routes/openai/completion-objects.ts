import type { ChatResult } from "@engine/auto";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import type { Head } from "./head.ts";
import { timingsOf, usageOf } from "./usage.ts";

export interface CompletionForm {
  readonly head: Head;
  /** Put before each answer, by its index: the prompts, where `echo` asked for them. */
  readonly echo: (index: number) => string;
  /** Answers to each prompt. */
  readonly count: number;
}

/** The object of a finished plain completion. */
export function completion({ head, echo, count }: CompletionForm, results: readonly ChatResult[]) {
  return {
    ...common(head),
    choices: results.map((result, index) => choice(index, echo(index) + result.text, reasonOf(result))),
    usage: usageOf(results, count),
    timings: timingsOf(results[0]!),
  };
}

/** Turns the events of plain completions into the objects of a stream. */
export class CompletionChunks {
  readonly #form: CompletionForm;
  readonly #withUsage: boolean;
  readonly #begun = new Set<number>();
  readonly #results: ChatResult[] = [];

  constructor(form: CompletionForm, options: { readonly withUsage: boolean }) {
    this.#form = form;
    this.#withUsage = options.withUsage;
  }

  take(event: AnswerEvent): readonly object[] {
    const { index } = event;
    const before = this.#begun.has(index) ? "" : this.#form.echo(index);
    this.#begun.add(index);
    const echoed = before === "" ? [] : [this.#chunk(index, before)];
    if (event.type === "finish") {
      this.#results[index] = event;
      return [...echoed, { ...this.#chunk(index, "", reasonOf(event)), timings: timingsOf(event) }];
    }
    return event.type === "text" ? [...echoed, this.#chunk(index, event.text)] : echoed;
  }

  end(): readonly object[] {
    const { head, count } = this.#form;
    return this.#withUsage ? [{ ...common(head), choices: [], usage: usageOf(this.#results, count) }] : [];
  }

  #chunk(index: number, text: string, reason: string | null = null): object {
    const choices = [choice(index, text, reason)];
    return { ...common(this.#form.head), choices, ...(this.#withUsage && { usage: null }) };
  }
}

function common({ id, created, model }: Head) {
  return { id, object: "text_completion", created, model };
}

function choice(index: number, text: string, finish_reason: string | null) {
  return { index, text, logprobs: null, finish_reason };
}

function reasonOf({ finishReason }: ChatResult): string {
  return finishReason === "length" ? "length" : "stop";
}
