import type { ChatResult } from "@engine/auto";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import { toolCallOf } from "./chat-completion.ts";
import type { Head } from "./head.ts";
import type { LogprobsOf } from "./logprobs.ts";
import { finishReasonOf, timingsOf, usageOf } from "./usage.ts";
import { WaitingTokens } from "./waiting-tokens.ts";

/** Turns the events of an answer into the chunks of a stream. */
export class ChatChunks {
  readonly #head: Head;
  readonly #withUsage: boolean;
  readonly #tokens: WaitingTokens;
  readonly #begun = new Set<number>();
  readonly #calls = new Map<number, number>();
  readonly #results: ChatResult[] = [];

  /** Log-probabilities come with the chunk whose text their tokens made certain. */
  constructor(head: Head, options: { readonly withUsage: boolean; readonly logprobsOf: LogprobsOf }) {
    this.#head = head;
    this.#tokens = new WaitingTokens(() => options.logprobsOf);
    this.#withUsage = options.withUsage;
  }

  /** The chunks an event gives; the first of an answer tells the role. */
  take(event: AnswerEvent): readonly object[] {
    const { index } = event;
    if (event.type === "token") {
      this.#tokens.add(event);
      return [];
    }
    const chunks = this.#begun.has(index) ? [] : [this.#first(index)];
    this.#begun.add(index);
    switch (event.type) {
      case "text":
        chunks.push(this.#chunk(index, { content: event.text }));
        break;
      case "reasoning":
        chunks.push(this.#chunk(index, { reasoning_content: event.text }));
        break;
      case "tool-call":
        chunks.push(...this.#call(event));
        break;
      case "finish":
        this.#results[index] = event;
        chunks.push({ ...this.#chunk(index, {}, event), timings: timingsOf(event) });
    }
    return chunks;
  }

  /** What comes after all answers. */
  end(): readonly object[] {
    return this.#withUsage ? [{ ...this.#common(), choices: [], usage: usageOf(this.#results) }] : [];
  }

  /** Its name first and its arguments after it: clients put the pieces together by index. */
  #call(event: AnswerEvent & { type: "tool-call" }): object[] {
    const { index } = event;
    const place = this.#calls.get(index) ?? 0;
    this.#calls.set(index, place + 1);
    const { id, type, function: called } = toolCallOf(event);
    return [
      this.#chunk(index, {
        tool_calls: [{ index: place, id, type, function: { name: called.name, arguments: "" } }],
      }),
      this.#chunk(index, { tool_calls: [{ index: place, function: { arguments: called.arguments } }] }),
    ];
  }

  #first(index: number): object {
    const delta = { role: "assistant", content: "" };
    return this.#withChoice({ index, delta, logprobs: null, finish_reason: null });
  }

  #chunk(index: number, delta: object, result?: ChatResult): object {
    const logprobs = this.#tokens.take(index);
    const finish_reason = result ? finishReasonOf(result) : null;
    return this.#withChoice({ index, delta, logprobs, finish_reason });
  }

  #withChoice(choice: object): object {
    return { ...this.#common(), choices: [choice], ...(this.#withUsage && { usage: null }) };
  }

  #common() {
    const { id, created, model } = this.#head;
    return { id, object: "chat.completion.chunk", created, model };
  }
}
