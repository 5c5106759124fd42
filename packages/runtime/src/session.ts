import { EngineError } from "@engine/core";
import type { GenerateOptions, Generation } from "./generation.ts";
import type { History } from "./history.ts";
import type { LiveGeneration } from "./live-generation.ts";
import type { ModelParts } from "./model-parts.ts";
import { openGeneration } from "./open-generation.ts";
import { saveText } from "./save-text.ts";

/** One text that grows: each prompt and each answer goes to its end. */
export interface Session extends AsyncDisposable {
  /** The whole text: prompts and answers, without stop tokens. */
  readonly tokens: readonly number[];
  readonly length: number;
  /**
   * Answers a prompt put at the end of the text; one at a time. Throws (in the loop and the result) `bad-option`,
   * `context-overflow`, `busy` when too many answers wait, or `disposed`.
   */
  generate(prompt: string | readonly number[], options?: GenerateOptions): Generation;
  /** Forgets the text from this length on, as if it had never been. Throws `bad-option`, also while an answer is under way. */
  rewind(length: number): void;
  /** A session with the same text so far. What both have in common is held once. */
  fork(): Promise<Session>;
  /** The text and what the caches hold of it, for `model.restore`. Throws `bad-option` while an answer is under way. */
  save(): Promise<Uint8Array>;
  /** Stops a running answer and gives the memory back. */
  dispose(): Promise<void>;
}

export class TextSession implements Session {
  readonly #model: ModelParts;
  readonly #history: History;
  readonly #ended: (session: TextSession) => void;
  readonly #adopt: (history: History) => Session;
  #active: LiveGeneration | undefined;
  #disposing: Promise<void> | undefined;

  constructor(
    model: ModelParts,
    history: History,
    hooks: { readonly ended: (session: TextSession) => void; readonly adopt: (history: History) => Session },
  ) {
    this.#model = model;
    this.#history = history;
    this.#ended = hooks.ended;
    this.#adopt = hooks.adopt;
  }

  get tokens(): readonly number[] {
    return this.#history.tokens;
  }

  get length(): number {
    return this.#history.length;
  }

  generate(prompt: string | readonly number[], options: GenerateOptions = {}): Generation {
    const { memory } = this.#model.scheduler;
    const generation = openGeneration(this.#model, {
      history: this.#history,
      prompt,
      options,
      begin: () => {
        this.#check();
        this.#checkFree();
        this.#active = generation;
      },
      release: (history) => memory.rest(history),
      settled: () => {
        this.#active = undefined;
      },
    });
    return generation;
  }

  rewind(length: number): void {
    this.#check();
    this.#checkFree();
    if (!Number.isSafeInteger(length) || length < 0 || length > this.length) {
      throw new EngineError(
        "bad-option",
        `rewind: the session has ${this.length} tokens, so the length must be a whole number from 0 to that, but is ${length}.`,
      );
    }
    this.#history.rewind(length);
  }

  async fork(): Promise<Session> {
    const { turns, scheduler } = this.#model;
    // In its turn no step moves the text on.
    return turns.take(() => {
      this.#check();
      const history = this.#history.fork();
      scheduler.memory.rest(history);
      return this.#adopt(history);
    });
  }

  save(): Promise<Uint8Array> {
    const { turns } = this.#model;
    return turns.take(() => {
      this.#check();
      this.#checkFree();
      return saveText(this.#model, this.#history);
    });
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #end(): Promise<void> {
    await this.#active?.stop();
    this.#model.scheduler.memory.drop(this.#history);
    this.#ended(this);
  }

  #checkFree(): void {
    if (!this.#active) return;
    throw new EngineError(
      "bad-option",
      "The session is answering another prompt. Wait for its result, break out of its loop, or fork the session.",
    );
  }

  #check(): void {
    if (this.#disposing)
      throw new EngineError("disposed", "The session has ended. Make a new one with model.session().");
  }
}
