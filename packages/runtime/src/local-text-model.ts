import { type DeviceInfo, EngineError, type WeightStore } from "@engine/core";
import { type EmbedOptions, type EmbedResult, embedTexts } from "./embed.ts";
import type { GenerateOptions, Generation } from "./generation.ts";
import { History } from "./history.ts";
import type { LiveGeneration } from "./live-generation.ts";
import type { ModelMemory } from "./model-memory.ts";
import type { ModelParts } from "./model-parts.ts";
import { type ModelStats, modelStats } from "./model-stats.ts";
import { openGeneration } from "./open-generation.ts";
import { type LogitsOptions, readLogits } from "./read-logits.ts";
import type { Runner } from "./runner.ts";
import { restoreText } from "./save-text.ts";
import { type Session, TextSession } from "./session.ts";
import type { TextModel } from "./text-model.ts";

interface Owned {
  readonly device: DeviceInfo;
  readonly memory: ModelMemory;
  readonly weights: WeightStore;
  readonly sessions: number;
  /** Makes the program that embeds; called in its turn. */
  readonly embedder: () => Promise<Runner>;
  /** In the order they are given back. */
  readonly made: readonly { dispose(): Promise<void> }[];
}

export class LocalTextModel implements TextModel {
  readonly name: string;
  readonly context: number;
  readonly vocab: number;
  readonly device: DeviceInfo;
  readonly weights: WeightStore["bytes"];
  readonly state: { readonly bytes: number; readonly sessions: number };
  readonly memory: ModelMemory;
  readonly #parts: ModelParts;
  readonly #owned: Owned;
  #embedder: Promise<Runner> | undefined;
  readonly #sessions = new Set<TextSession>();
  /** Answers in no session, which end with themselves. */
  readonly #answers = new Set<LiveGeneration>();
  readonly #closing = new AbortController();
  #disposing: Promise<void> | undefined;

  constructor(name: string, parts: ModelParts, owned: Owned) {
    this.name = name;
    this.context = parts.context;
    this.vocab = parts.vocab;
    this.device = owned.device;
    this.weights = { ...owned.weights.bytes };
    this.state = { bytes: parts.state.bytes, sessions: owned.sessions };
    this.memory = owned.memory;
    this.#parts = parts;
    this.#owned = owned;
  }

  session(): Session {
    return this.#open(this.#history());
  }

  async restore(saved: Uint8Array): Promise<Session> {
    return this.#parts.turns.take(async () => {
      this.#check();
      const history = await restoreText(this.#parts, saved);
      this.#parts.scheduler.memory.rest(history);
      return this.#open(history);
    });
  }

  generate(prompt: string | readonly number[], options: GenerateOptions = {}): Generation {
    this.#check();
    const { memory } = this.#parts.scheduler;
    const generation = openGeneration(this.#parts, {
      history: this.#history(),
      prompt,
      options,
      // An answer that nobody asks for leaves nothing behind.
      begin: () => {
        this.#check();
        this.#answers.add(generation);
      },
      release: (history) => memory.drop(history),
      settled: () => this.#answers.delete(generation),
    });
    return generation;
  }

  async embed(
    texts: readonly (string | readonly number[])[],
    options: EmbedOptions = {},
  ): Promise<EmbedResult> {
    this.#check();
    this.#embedder ??= this.#parts.turns.take(() => {
      this.#check();
      return this.#owned.embedder();
    });
    const runner = await this.#embedder;
    return embedTexts(this.#parts, texts, {
      runner,
      options: { ...options, signal: this.#orClosing(options) },
    });
  }

  async logits(ids: readonly number[], options: LogitsOptions): Promise<void> {
    this.#check();
    await readLogits(this.#parts, ids, { ...options, signal: this.#orClosing(options) });
  }

  stats(): ModelStats {
    return modelStats(this.#parts.scheduler, this.#owned.weights);
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Also stops when the model ends. */
  #orClosing({ signal }: { readonly signal?: AbortSignal }): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  #history(): History {
    return new History(this.#parts.runner.sequence(), this.#parts.rules);
  }

  /** A session ends with the model, unless it ends before. */
  #open(history: History): TextSession {
    this.#check();
    const session = new TextSession(this.#parts, history, {
      ended: (ended) => this.#sessions.delete(ended),
      adopt: (forked) => this.#open(forked),
    });
    this.#sessions.add(session);
    return session;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    const live = [...this.#answers].map((answer) => answer.stop());
    await Promise.all([...live, ...[...this.#sessions].map((session) => session.dispose())]);
    await this.#parts.turns.take(() => {});
    const failed: unknown[] = [];
    for (const part of this.#owned.made) await part.dispose().catch((error) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  }

  #check(): void {
    if (this.#disposing)
      throw new EngineError("disposed", `The model ${this.name} was disposed. Load it again.`);
  }
}
