import { type Device, type DeviceInfo, EngineError, type WeightSource } from "@engine/core";
import type { GenerationConfig } from "@engine/loader";
import type {
  EmbedOptions,
  EmbedResult,
  GenerateOptions,
  Generation,
  LogitsOptions,
  ModelStats,
  Session,
  TextModel,
} from "@engine/runtime";
import { type ChannelDescription, type ChatMessage, channelsOf, type Tokenizer } from "@engine/tokenizer";
import { ChatAnswer } from "./chat.ts";
import { chatTokenizer } from "./chat-prompt.ts";
import type { Chat, ChatOptions, Model } from "./model.ts";

export interface LoadedParts {
  readonly folder: string;
  readonly architecture: string;
  readonly backend: string;
  readonly loadMs: number;
  readonly tokenizer: Tokenizer | EngineError;
  readonly generationConfig: GenerationConfig;
  readonly notes: readonly string[];
  readonly device: Device;
  readonly source: WeightSource;
}

/** A text model with its files; closes the device and the files when it is disposed. */
export class LoadedModel implements Model {
  readonly #text: TextModel;
  readonly #parts: LoadedParts;
  readonly tokenizer?: Tokenizer;
  readonly channels?: ChannelDescription;
  #disposing: Promise<void> | undefined;

  constructor(text: TextModel, parts: LoadedParts) {
    this.#text = text;
    this.#parts = parts;
    if (EngineError.isInstance(parts.tokenizer)) return;
    this.tokenizer = parts.tokenizer;
    if (parts.tokenizer.hasChatTemplate) this.channels = channelsOf(parts.tokenizer);
  }

  get name(): string {
    return this.#text.name;
  }
  get context(): number {
    return this.#text.context;
  }
  get vocab(): number {
    return this.#text.vocab;
  }
  get device(): DeviceInfo {
    return this.#text.device;
  }
  get weights(): TextModel["weights"] {
    return this.#text.weights;
  }
  get state(): TextModel["state"] {
    return this.#text.state;
  }
  get memory(): TextModel["memory"] {
    return this.#text.memory;
  }
  get folder(): string {
    return this.#parts.folder;
  }
  get architecture(): string {
    return this.#parts.architecture;
  }
  get backend(): string {
    return this.#parts.backend;
  }
  get loadMs(): number {
    return this.#parts.loadMs;
  }
  get generationConfig(): GenerationConfig {
    return this.#parts.generationConfig;
  }
  get notes(): readonly string[] {
    return this.#parts.notes;
  }

  session(): Session {
    return this.#text.session();
  }

  restore(saved: Uint8Array): Promise<Session> {
    return this.#text.restore(saved);
  }

  generate(prompt: string | readonly number[], options?: GenerateOptions): Generation {
    return this.#text.generate(prompt, options);
  }

  chat(messages: readonly ChatMessage[], options: ChatOptions = {}): Chat {
    const tokenizer = chatTokenizer(this.#parts.tokenizer);
    const description = options.channels ?? this.channels!;
    const { generate = (ids, rest) => this.#text.generate(ids, rest) } = options;
    return new ChatAnswer(generate, messages, { tokenizer, description, options });
  }

  logits(ids: readonly number[], options: LogitsOptions): Promise<void> {
    return this.#text.logits(ids, options);
  }

  embed(texts: readonly (string | readonly number[])[], options?: EmbedOptions): Promise<EmbedResult> {
    return this.#text.embed(texts, options);
  }

  stats(): ModelStats {
    return this.#text.stats();
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #end(): Promise<void> {
    try {
      await this.#text.dispose();
    } finally {
      await closeAll([this.#parts.device, this.#parts.source]);
    }
  }
}

/** Closes each, even when one fails; then throws the first failure. */
async function closeAll(owners: readonly { close(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(owners.map((owner) => owner.close()));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
