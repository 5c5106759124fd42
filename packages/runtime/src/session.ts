import { EngineError } from "@engine/core";
import { Answer } from "./answer.ts";
import type { GeneratedToken, GenerateOptions, Generation } from "./generation.ts";
import type { History } from "./history.ts";
import { LazyGeneration } from "./lazy-generation.ts";
import type { ModelParts } from "./model-parts.ts";

/** One text that grows: each prompt and each answer goes to its end. */
export interface Session extends AsyncDisposable {
  /** The whole text: prompts and answers, without stop tokens. */
  readonly tokens: readonly number[];
  readonly length: number;
  /**
   * Answers a prompt put at the end of the text; one at a time. Throws (in the loop and the result) `bad-option`,
   * `context-overflow`, `out-of-memory` when other sessions hold all blocks, or `disposed`.
   */
  generate(prompt: string | readonly number[], options?: GenerateOptions): Generation;
  /** A session with the same text so far; the two share nothing. */
  fork(): Promise<Session>;
  /** Stops a running answer and gives the memory back. */
  dispose(): Promise<void>;
}

interface Active {
  readonly abort: AbortController;
  readonly stop: () => Promise<void>;
}

export class TextSession implements Session {
  readonly #model: ModelParts;
  readonly #history: History;
  readonly #ended: (session: TextSession) => void;
  readonly #adopt: (history: History) => Session;
  #active: Active | undefined;
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
    return this.#history.tokens.length;
  }

  generate(prompt: string | readonly number[], options: GenerateOptions = {}): Generation {
    return this.answer(prompt, options, { before: () => {}, after: async () => {} });
  }

  /** `generate`, with something to do when the answer begins and when it has ended. */
  answer(
    prompt: string | readonly number[],
    options: GenerateOptions,
    around: { readonly before: () => void; readonly after: () => Promise<void> },
  ): Generation {
    const abort = new AbortController();
    const answer = new Answer(this.#model, options, abort.signal);
    const tokens = async function* (session: TextSession): AsyncGenerator<GeneratedToken, void, undefined> {
      try {
        around.before();
        session.#begin({ abort, stop: () => generation.stop() });
        try {
          yield* answer.run(session.#history, prompt);
        } finally {
          session.#active = undefined;
        }
      } finally {
        await around.after();
      }
    };
    const generation = new LazyGeneration(
      () => tokens(this),
      () => answer.result(),
    );
    return generation;
  }

  async fork(): Promise<Session> {
    const { state, turns } = this.#model;
    return turns.take(async () => {
      this.#check();
      const { tokens, sequence, embeddings } = this.#history;
      const { copy, moves } = sequence.fork();
      try {
        if (moves.length > 0) await state.copy(moves);
        return this.#adopt({ tokens: [...tokens], sequence: copy, embeddings: [...embeddings] });
      } catch (error) {
        copy.clear();
        throw error;
      }
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
    const active = this.#active;
    active?.abort.abort();
    // A loop that does not come back for its next token would keep the answer open.
    void active?.stop().catch(() => {});
    // In its turn no step is under way that uses the blocks.
    await this.#model.turns.take(() => this.#history.sequence.clear());
    this.#ended(this);
  }

  #begin(active: Active): void {
    this.#check();
    if (this.#active) {
      throw new EngineError(
        "bad-option",
        "The session is answering another prompt. Wait for its result, break out of its loop, or fork the session.",
      );
    }
    this.#active = active;
  }

  #check(): void {
    if (this.#disposing)
      throw new EngineError("disposed", "The session has ended. Make a new one with model.session().");
  }
}
