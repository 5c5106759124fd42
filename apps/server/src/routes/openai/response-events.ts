import type { ChatResult } from "@engine/auto";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import type { ApiError } from "../../errors/api-error.ts";
import type { Head } from "./head.ts";
import { callItem, type Item, itemObject, partObject, type TextItem, textItem } from "./response-items.ts";
import { responseObject } from "./response-object.ts";
import type { ResponsesRequest } from "./responses-schema.ts";

export interface ResponseEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

const TEXT_EVENT = { message: "response.output_text", reasoning: "response.reasoning_text" } as const;

/** Turns the events of an answer into those of a response, and keeps what the response is so far. */
export class ResponseEvents {
  readonly #head: Head;
  readonly #request: ResponsesRequest;
  readonly #items: Item[] = [];
  #open: TextItem | undefined;
  #result: ChatResult | undefined;
  #number = 0;

  constructor(head: Head, request: ResponsesRequest) {
    this.#head = head;
    this.#request = request;
  }

  begin(): readonly ResponseEvent[] {
    const response = this.response();
    return [this.#event("response.created", { response }), this.#event("response.in_progress", { response })];
  }

  take(event: AnswerEvent): readonly ResponseEvent[] {
    switch (event.type) {
      case "text":
        return this.#text("message", event.text);
      case "reasoning":
        return this.#text("reasoning", event.text);
      case "tool-call":
        return [...this.#close("completed"), ...this.#call(event)];
      case "finish": {
        this.#result = event;
        const cut = event.finishReason === "length";
        const closed = this.#close(cut ? "incomplete" : "completed");
        return [
          ...closed,
          this.#event(cut ? "response.incomplete" : "response.completed", { response: this.response() }),
        ];
      }
      default:
        return [];
    }
  }

  failed({ message, code }: ApiError): ResponseEvent {
    return this.#event("error", { code, message, param: null });
  }

  /** The response as far as it is. */
  response(): object {
    const cut = this.#result?.finishReason === "length";
    const output = this.#items.map((item, index) =>
      itemObject(item, cut && index === this.#items.length - 1 ? "incomplete" : "completed"),
    );
    return responseObject(this.#head, { request: this.#request, result: this.#result, output });
  }

  #text(kind: TextItem["kind"], delta: string): ResponseEvent[] {
    const events = this.#open?.kind === kind ? [] : [...this.#close("completed"), ...this.#begin(kind)];
    const item = this.#open!;
    item.text += delta;
    events.push(
      this.#event(`${TEXT_EVENT[kind]}.delta`, {
        ...this.#place(item),
        content_index: 0,
        delta,
        ...logprobs(kind),
      }),
    );
    return events;
  }

  #begin(kind: TextItem["kind"]): ResponseEvent[] {
    const item = textItem(kind);
    this.#open = item;
    this.#items.push(item);
    const { output_index } = this.#place(item);
    return [
      this.#event("response.output_item.added", { output_index, item: itemObject(item, "in_progress") }),
      this.#event("response.content_part.added", {
        ...this.#place(item),
        content_index: 0,
        part: partObject(item, ""),
      }),
    ];
  }

  #close(status: "completed" | "incomplete"): ResponseEvent[] {
    const item = this.#open;
    if (!item) return [];
    this.#open = undefined;
    const place = { ...this.#place(item), content_index: 0 };
    return [
      this.#event(`${TEXT_EVENT[item.kind]}.done`, { ...place, text: item.text, ...logprobs(item.kind) }),
      this.#event("response.content_part.done", { ...place, part: partObject(item) }),
      this.#event("response.output_item.done", {
        output_index: place.output_index,
        item: itemObject(item, status),
      }),
    ];
  }

  #call(call: AnswerEvent & { type: "tool-call" }): ResponseEvent[] {
    const item = callItem(call);
    this.#items.push(item);
    const place = this.#place(item);
    const text = JSON.stringify(call.arguments);
    return [
      this.#event("response.output_item.added", {
        output_index: place.output_index,
        item: itemObject(item, "in_progress"),
      }),
      this.#event("response.function_call_arguments.delta", { ...place, delta: text }),
      this.#event("response.function_call_arguments.done", { ...place, name: call.name, arguments: text }),
      this.#event("response.output_item.done", {
        output_index: place.output_index,
        item: itemObject(item, "completed"),
      }),
    ];
  }

  #place(item: Item) {
    return { item_id: item.id, output_index: this.#items.indexOf(item) };
  }

  #event(type: string, members: object): ResponseEvent {
    return { type, sequence_number: this.#number++, ...members };
  }
}

function logprobs(kind: TextItem["kind"]): object {
  return kind === "message" ? { logprobs: [] } : {};
}
