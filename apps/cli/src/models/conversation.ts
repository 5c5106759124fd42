import type { ChatOptions, Model } from "@engine/auto";
import { EngineError } from "@engine/core";
import type { GenerateOptions, GenerateResult, Generation, Session } from "@engine/runtime";
import type { ChannelEvent, ChatMessage } from "@engine/tokenizer";
import { later } from "./later.ts";

export type AskOptions = Omit<ChatOptions, "generate" | "tools">;

/** A conversation with one model. What a session has read stays there: a turn reads only what is new. */
export class Conversation implements AsyncDisposable {
  readonly #model: Model;
  readonly #tokenizer: NonNullable<Model["tokenizer"]>;
  readonly #system: readonly ChatMessage[];
  #messages: ChatMessage[] = [];
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

  /** The answer as it comes. What was said stays only if it was answered at least in part, and without its thoughts. */
  async *ask(text: string, options: AskOptions): AsyncGenerator<ChannelEvent, GenerateResult> {
    const messages: ChatMessage[] = [...this.#messages, { role: "user", content: text }];
    const answer = this.isTemplated
      ? this.#model.chat([...this.#system, ...messages], {
          ...options,
          generate: (ids, rest) => later(() => this.#generate(ids, rest)),
        })
      : await this.#generate(this.#continued(text), options);
    for await (const event of answer) {
      if (!("type" in event)) yield { type: "text", text: event.text };
      else if (event.type !== "finish") yield event;
    }
    const result = await answer.result;
    this.#messages = [...messages, { role: "assistant", content: result.text }];
    return result;
  }

  async clear(): Promise<void> {
    this.#messages = [];
    await this.#session?.dispose();
    this.#session = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }

  #continued(text: string): number[] {
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
