import { type ChatOptions, type ChatResult, droppedNote, type Model } from "@engine/auto";
import { EngineError } from "@engine/core";
import type { GenerateOptions, GenerateResult, Generation, Session } from "@engine/runtime";
import type { ChannelEvent, ChatMessage, ToolCall } from "@engine/tokenizer";
import { later } from "./later.ts";

export type AskOptions = Omit<ChatOptions, "generate">;

/** A conversation with one model. What a session has read stays there: a turn reads only what is new. */
export class Conversation implements AsyncDisposable {
  readonly #model: Model;
  readonly #tokenizer: NonNullable<Model["tokenizer"]>;
  readonly #system: readonly ChatMessage[];
  #messages: ChatMessage[] = [];
  #calls: readonly ToolCall[] = [];
  #session: Session | undefined;

  constructor(model: Model, { system }: { readonly system?: string | undefined } = {}) {
    if (!model.tokenizer) {
      throw new EngineError(
        "missing-file",
        `${model.folder}: has no tokenizer.json that can be read, so it cannot converse.`,
      );
    }
    this.#model = model;
    this.#tokenizer = model.tokenizer;
    this.#system = system === undefined ? [] : [{ role: "system", content: system }];
  }

  /** False for a model without a chat template, which continues the text so far instead. */
  get isTemplated(): boolean {
    return this.#tokenizer.hasChatTemplate;
  }

  /** Calls of the last answer that have no result yet. */
  get calls(): readonly ToolCall[] {
    return this.#calls;
  }

  /** The answer as it comes. What was said stays only if it was answered at least in part, and without its thoughts. */
  ask(text: string, options: AskOptions): AsyncGenerator<ChannelEvent, GenerateResult> {
    if (this.#calls.length > 0) this.#forgetCalls();
    return this.#turn([{ role: "user", content: text }], options);
  }

  /** The answer to the results of `calls`, in their order. */
  tell(results: readonly string[], options: AskOptions): AsyncGenerator<ChannelEvent, GenerateResult> {
    const told = this.#calls.map(({ id, name }, i) => ({
      role: "tool",
      tool_call_id: id,
      name,
      content: results[i] ?? "",
    }));
    return this.#turn(told, options);
  }

  async *#turn(
    said: readonly ChatMessage[],
    options: AskOptions,
  ): AsyncGenerator<ChannelEvent, GenerateResult> {
    const messages: ChatMessage[] = [...this.#messages, ...said];
    const answer = this.isTemplated
      ? this.#model.chat([...this.#system, ...messages], {
          ...options,
          generate: (ids, rest) => later(() => this.#generate(ids, rest)),
        })
      : await this.#generate(this.#continued(said), options);
    for await (const event of answer) {
      if (!("type" in event)) {
        if (event.dropped) yield { type: "note", text: droppedNote(event.dropped) };
        yield { type: "text", text: event.text };
      } else if (event.type !== "finish" && event.type !== "token") yield event;
    }
    const result = await answer.result;
    this.#calls = "toolCalls" in result ? result.toolCalls : [];
    this.#messages = [...messages, answered(result)];
    return result;
  }

  async clear(): Promise<void> {
    this.#messages = [];
    this.#calls = [];
    await this.#session?.dispose();
    this.#session = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }

  /** Calls that get no result would make no conversation. */
  #forgetCalls(): void {
    const { tool_calls: _, reasoning_content: __, ...answer } = this.#messages.at(-1)!;
    this.#messages = [...this.#messages.slice(0, -1), answer as ChatMessage];
    this.#calls = [];
  }

  #continued(said: readonly ChatMessage[]): number[] {
    const text = said.map(({ content }) => content).join("\n");
    const before = this.#session?.tokens ?? [];
    return [...before, ...this.#tokenizer.encode(text, { addSpecialTokens: before.length === 0 })];
  }

  async #generate(ids: readonly number[], options: GenerateOptions): Promise<Generation> {
    const { session, fresh } = await this.#sessionFor(ids);
    return session.generate(fresh, options);
  }

  /** The session that has read the longest part of `ids`, and what it has yet to read. */
  async #sessionFor(ids: readonly number[]): Promise<{ session: Session; fresh: readonly number[] }> {
    const known = this.#session?.tokens ?? [];
    if (this.#session && known.length < ids.length && known.every((id, i) => id === ids[i])) {
      return { session: this.#session, fresh: ids.slice(known.length) };
    }
    // Templates may render an earlier answer differently (reasoning is dropped): then the text begins anew.
    await this.#session?.dispose();
    this.#session = this.#model.session();
    return { session: this.#session, fresh: ids };
  }
}

/** An answer as a message. A thought stays beside its calls, until they are answered. */
function answered(result: GenerateResult | ChatResult): ChatMessage {
  const message = { role: "assistant", content: result.text };
  if (!("toolCalls" in result) || result.toolCalls.length === 0) return message;
  const calls = result.toolCalls.map(({ id, name, arguments: args }) => ({
    id,
    type: "function",
    function: { name, arguments: args },
  }));
  const thought = result.reasoning === "" ? {} : { reasoning_content: result.reasoning };
  return { ...message, ...thought, tool_calls: calls };
}
