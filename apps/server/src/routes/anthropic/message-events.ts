import type { ChatResult } from "@engine/auto";
import type { ToolCall } from "@engine/tokenizer";
import type { AnswerEvent } from "../../answers/open-answer.ts";
import { newId } from "../openai/head.ts";

export interface MessageEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: ToolCall["arguments"] };

/** Turns the events of an answer into Anthropic's, and keeps the message they make. */
export class MessageEvents {
  readonly #id = newId("msg_");
  readonly #model: string;
  readonly #stopSequence: (result: ChatResult) => string | null;
  readonly #content: Block[] = [];
  #open = false;
  #result: ChatResult | undefined;

  /** `stopSequence` tells which one ended an answer. */
  constructor(model: string, stopSequence: (result: ChatResult) => string | null) {
    this.#model = model;
    this.#stopSequence = stopSequence;
  }

  /** `inputTokens`: those of the prompt that were not known from other texts. */
  begin(inputTokens: number): readonly MessageEvent[] {
    const { usage, ...message } = this.message();
    return [
      { type: "message_start", message: { ...message, usage: { ...usage, input_tokens: inputTokens } } },
    ];
  }

  take(event: AnswerEvent): readonly MessageEvent[] {
    switch (event.type) {
      case "text":
      case "reasoning":
        return this.#text(event.type === "text" ? "text" : "thinking", event.text);
      case "tool-call":
        return [...this.#close(), ...this.#call(event)];
      case "finish": {
        this.#result = event;
        const { stop_reason, stop_sequence, usage } = this.message();
        return [
          ...this.#close(),
          { type: "message_delta", delta: { stop_reason, stop_sequence }, usage },
          { type: "message_stop" },
        ];
      }
      default:
        return [];
    }
  }

  /** The message as far as it is. */
  message() {
    const result = this.#result;
    const stop_sequence = result ? this.#stopSequence(result) : null;
    const { promptTokens = 0, cachedTokens = 0, completionTokens = 0 } = result?.usage ?? {};
    return {
      id: this.#id,
      type: "message",
      role: "assistant",
      model: this.#model,
      content: [...this.#content],
      stop_reason: result ? stopReason(result, stop_sequence) : null,
      stop_sequence,
      usage: {
        // Anthropic counts what came from a cache apart.
        input_tokens: promptTokens - cachedTokens,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: cachedTokens,
        output_tokens: completionTokens,
      },
    };
  }

  #text(type: "text" | "thinking", text: string): MessageEvent[] {
    const last = this.#content.at(-1);
    const events = this.#open && last?.type === type ? [] : [...this.#close(), this.#begin(type)];
    const block = this.#content.at(-1)!;
    if (block.type === "text") block.text += text;
    else if (block.type === "thinking") block.thinking += text;
    const delta = type === "text" ? { type: "text_delta", text } : { type: "thinking_delta", thinking: text };
    return [...events, { type: "content_block_delta", index: this.#index, delta }];
  }

  #begin(type: "text" | "thinking"): MessageEvent {
    const block: Block = type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" };
    this.#content.push(block);
    this.#open = true;
    return { type: "content_block_start", index: this.#index, content_block: { ...block } };
  }

  #call({ id, name, arguments: input }: ToolCall): MessageEvent[] {
    this.#content.push({ type: "tool_use", id, name, input });
    const index = this.#index;
    const delta = { type: "input_json_delta", partial_json: JSON.stringify(input) };
    return [
      { type: "content_block_start", index, content_block: { type: "tool_use", id, name, input: {} } },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ];
  }

  #close(): MessageEvent[] {
    if (!this.#open) return [];
    this.#open = false;
    return [{ type: "content_block_stop", index: this.#index }];
  }

  get #index(): number {
    return this.#content.length - 1;
  }
}

function stopReason({ toolCalls, finishReason }: ChatResult, stopSequence: string | null): string {
  if (finishReason === "length") return "max_tokens";
  if (toolCalls.length > 0) return "tool_use";
  return stopSequence === null ? "end_turn" : "stop_sequence";
}
