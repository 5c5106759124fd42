import { type GenerateOptions, type Generation, OnAwait } from "@engine/runtime";
import type { ChannelDescription, ChatMessage, Tokenizer } from "@engine/tokenizer";
import { ChatConstraint } from "./chat-constraint.ts";
import { chatPrompt } from "./chat-prompt.ts";
import { ChatReader } from "./chat-reader.ts";
import { droppedNote } from "./dropped-note.ts";
import type { Chat, ChatEvent, ChatOptions, ChatResult } from "./model.ts";

/** What answers a prompt of token ids. */
export type Generate = (ids: readonly number[], options: GenerateOptions) => Generation;

/** One answer in a conversation, as events. */
export class ChatAnswer implements Chat {
  readonly result: Promise<ChatResult>;
  readonly #generation: Generation;
  readonly #reader: ChatReader;
  readonly #tellsTokens: boolean;
  #end: Promise<ChatResult> | undefined;

  /** Throws `bad-option`, or what the chat template says against the conversation. */
  constructor(
    generate: Generate,
    messages: readonly ChatMessage[],
    {
      tokenizer,
      description,
      options,
    }: {
      readonly tokenizer: Tokenizer;
      readonly description: ChannelDescription;
      readonly options: ChatOptions;
    },
  ) {
    const prompt = chatPrompt(tokenizer, messages, { description, options });
    const reader = new ChatReader(tokenizer, description, { prompt, options });
    const ends = description.stops.flatMap((stop) => tokenizer.tokenId(stop) ?? []);
    this.#reader = reader;
    this.#tellsTokens = options.logprobs !== undefined;
    const mayThink = options.thinking !== false && options.thoughtBudget !== 0;
    const constraint =
      options.constraint &&
      new ChatConstraint(options.constraint, {
        tokenizer,
        reasoning: mayThink ? description.reasoning : undefined,
        thinking: () => reader.thinking,
      });
    this.#generation = generate(prompt.ids, {
      ...options,
      // The reader stops at these, in the answer's text only.
      stop: [],
      stopTokens: [...(options.stopTokens ?? []), ...(options.ignoreEos ? [] : ends)],
      steer(token) {
        const next = reader.take(token);
        if (Array.isArray(next)) constraint?.closing(next.length);
        return next;
      },
      ...(constraint && { constraint }),
    });
    let resolve!: (result: ChatResult) => void;
    let reject!: (error: unknown) => void;
    this.result = new OnAwait<ChatResult>(
      (fulfil, fail) => {
        resolve = fulfil;
        reject = fail;
      },
      () => this.#ended().then(resolve, reject),
    );
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatEvent, void, undefined> {
    for await (const { token, logprobs, dropped } of this.#generation) {
      if (dropped) yield { type: "note", text: droppedNote(dropped) };
      if (this.#tellsTokens && token >= 0) yield { type: "token", token, logprobs };
      yield* this.#reader.events();
    }
    const result = await this.result;
    yield* this.#reader.events();
    yield { type: "finish", ...result };
  }

  #ended(): Promise<ChatResult> {
    this.#end ??= this.#generation.result.then((result) => {
      this.#reader.end(result.tokens.length);
      return this.#reader.result(result);
    });
    return this.#end;
  }
}
