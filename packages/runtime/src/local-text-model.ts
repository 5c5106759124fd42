import { type DeviceInfo, EngineError, type WeightStore } from "@engine/core";
import type { GenerateOptions, Generation } from "./generation.ts";
import type { History } from "./history.ts";
import type { ModelParts } from "./model-parts.ts";
import { type LogitsOptions, readLogits } from "./read-logits.ts";
import { type Session, TextSession } from "./session.ts";
import type { TextModel } from "./text-model.ts";
import { Turns } from "./turns.ts";

interface Owned {
  readonly device: DeviceInfo;
  readonly weights: WeightStore;
  readonly sessions: number;
  /** In the order they are given back. */
  readonly made: readonly { dispose(): Promise<void> }[];
}

export class LocalTextModel implements TextModel {
  readonly name: string;
  readonly context: number;
  readonly vocab: number;
  readonly device: DeviceInfo;
  readonly weights: { readonly resident: number; readonly mapped: number };
  readonly state: { readonly bytes: number; readonly sessions: number };
  readonly #parts: ModelParts;
  readonly #owned: Owned["made"];
  readonly #sessions = new Set<TextSession>();
  readonly #closing = new AbortController();
  #disposing: Promise<void> | undefined;

  constructor(name: string, parts: Omit<ModelParts, "turns">, owned: Owned) {
    this.name = name;
    this.context = parts.context;
    this.vocab = parts.vocab;
    this.device = owned.device;
    this.weights = { ...owned.weights.bytes };
    this.state = { bytes: parts.state.bytes, sessions: owned.sessions };
    this.#parts = { ...parts, turns: new Turns() };
    this.#owned = owned.made;
  }

  session(): Session {
    return this.#keep(this.#open({ tokens: [], sequence: this.#parts.runner.sequence(), embeddings: [] }));
  }

  generate(prompt: string | readonly number[], options: GenerateOptions = {}): Generation {
    this.#check();
    const session = this.#open({ tokens: [], sequence: this.#parts.runner.sequence(), embeddings: [] });
    // An answer that nobody asks for leaves nothing behind.
    return session.answer(prompt, options, {
      before: () => this.#keep(session),
      after: () => session.dispose(),
    });
  }

  async logits(ids: readonly number[], options: LogitsOptions): Promise<void> {
    this.#check();
    const { signal } = this.#closing;
    const both = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
    await readLogits(this.#parts, ids, { ...options, signal: both });
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #open(history: History): TextSession {
    return new TextSession(this.#parts, history, {
      ended: (ended) => this.#sessions.delete(ended),
      adopt: (forked) => this.#keep(this.#open(forked)),
    });
  }

  /** Ends the session with the model, unless it ends before. */
  #keep(session: TextSession): TextSession {
    this.#check();
    this.#sessions.add(session);
    return session;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
    await this.#parts.turns.take(() => {});
    const failed: unknown[] = [];
    for (const part of this.#owned) await part.dispose().catch((error) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  }

  #check(): void {
    if (this.#disposing)
      throw new EngineError("disposed", `The model ${this.name} was disposed. Load it again.`);
  }
}
