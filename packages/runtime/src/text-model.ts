import { type DeviceInfo, EngineError, type Graph, type WeightStore } from "@engine/core";
import { keyRules } from "./block-keys.ts";
import type { EmbedOptions, EmbedResult } from "./embed.ts";
import { embedRunner } from "./embed-runner.ts";
import { fingerprint } from "./fingerprint.ts";
import type { GenerateOptions, Generation } from "./generation.ts";
import { LocalTextModel } from "./local-text-model.ts";
import type { ModelMemory } from "./model-memory.ts";
import type { ModelStats } from "./model-stats.ts";
import { planTextModel } from "./plan-text-model.ts";
import type { LogitsOptions } from "./read-logits.ts";
import { Runner } from "./runner.ts";
import { Scheduler } from "./scheduler.ts";
import type { Session } from "./session.ts";
import { SwapSpace } from "./swap-space.ts";
import type { TextModelOptions } from "./text-model-options.ts";
import { tokenMask } from "./token-mask.ts";
import { Turns } from "./turns.ts";

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

/** Compiles the graph for the device and loads its weights. What was made by then is given back when it fails or is stopped. */
export async function createTextModel(options: TextModelOptions): Promise<TextModel> {
  const { graph, source, device, signal, onProgress } = options;
  const planned = planTextModel(options);
  const { program, residency, size, context, sessions } = planned;
  const made: { dispose(): Promise<void> }[] = [];
  const keep = <T extends { dispose(): Promise<void> }>(part: T): T => {
    made.unshift(part);
    if (signal?.aborted) throw new EngineError("aborted", `Loading ${options.name} was stopped.`);
    return part;
  };
  try {
    const watch = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    const weights = keep(await device.weights(source, program.weights, residency, watch));
    const state = keep(await device.state(program, size));
    const plan = keep(await device.plan(program, weights, state));
    const vocab = program.outputs.logits![1] as number;
    const mask = tokenMask(options.suppressTokens ?? [], vocab);
    const noTokenizer = new EngineError("missing-file", "No tokenizer was given when the model was made.");
    const runner = new Runner(program, plan, size, { state });
    const turns = new Turns();
    const { swapFiles } = options;
    const swap = swapFiles && keep(new SwapSpace(swapFiles, { runner, state }));
    const scheduler = new Scheduler({
      swap,
      runner,
      turns,
      vocab,
      maxWaiting: options.maxWaiting ?? Number.POSITIVE_INFINITY,
      sharing: options.prefixCache ?? true,
      weights,
    });
    const parts = {
      runner,
      turns,
      scheduler,
      state,
      rules: keyRules(program),
      fingerprint: () => fingerprint(graph, source, runner),
      vocab,
      context,
      stopTokens: options.stopTokens ?? [],
      ...(mask && { mask }),
      sampling: options.sampling ?? {},
      tokenizer: options.tokenizer ?? noTokenizer,
    };
    const embedder = async (): Promise<Runner> => {
      const noGraph = (): Graph => {
        throw new EngineError(
          "unsupported",
          "The model was made without a graph for embeddings (embedGraph).",
        );
      };
      const graph = options.embedGraph ?? noGraph;
      const embedding = await embedRunner(runner, { graph, source, device, weights, state });
      made.unshift(embedding.plan);
      return embedding;
    };
    return new LocalTextModel(options.name, parts, {
      device: device.info,
      memory: planned.memory,
      weights,
      sessions,
      embedder,
      made,
    });
  } catch (error) {
    for (const part of made) await part.dispose();
    throw error;
  }
}
