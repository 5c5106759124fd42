import type { DeviceInfo, WeightStore } from "@engine/core";
import type { EmbedOptions, EmbedResult } from "./embed.ts";
import type { GenerateOptions, Generation } from "./generation.ts";
import type { ModelMemory } from "./model-memory.ts";
import type { ModelStats } from "./model-stats.ts";
import type { LogitsOptions } from "./read-logits.ts";
import type { Session } from "./session.ts";

/** A model ready to answer. All that is asked of it at once runs at once: each step takes rows of every answer. */
export interface TextModel extends AsyncDisposable {
  readonly name: string;
  /** Most tokens of one text, prompt and answer together. */
  readonly context: number;
  readonly vocab: number;
  readonly device: DeviceInfo;
  /** Bytes of weights in device memory, used in place from mapped files, and streamed from files in each step. */
  readonly weights: WeightStore["bytes"];
  /** Bytes set aside for key-value blocks, and how many texts of full length they hold. */
  readonly state: { readonly bytes: number; readonly sessions: number };
  /** What all of it was planned to take, told before it was loaded. */
  readonly memory: ModelMemory;
  session(): Session;
  /**
   * A session out of the bytes its `save` gave, on any device. Throws `bad-session` when another model gave them or
   * they are damaged, and `context-overflow`.
   */
  restore(saved: Uint8Array): Promise<Session>;
  /** Answers in a session of its own, which ends with the answer. */
  generate(prompt: string | readonly number[], options?: GenerateOptions): Generation;
  /**
   * One vector for each text, of its hidden states after the last norm. Throws `bad-option`, `context-overflow`,
   * `aborted`, or `unsupported` where those states are not to be had.
   */
  embed(texts: readonly (string | readonly number[])[], options?: EmbedOptions): Promise<EmbedResult>;
  /** What it is doing, for a server's metrics. */
  stats(): ModelStats;
  /** Raw logits of every position of a text. Throws `aborted`, `bad-option`, `context-overflow`. */
  logits(ids: readonly number[], options: LogitsOptions): Promise<void>;
  /** Stops what runs, ends all sessions, gives the memory back. The device and the weights' source stay open. */
  dispose(): Promise<void>;
}
