import { EngineError, type Graph } from "@engine/core";
import { keyRules } from "./block-keys.ts";
import { embedRunner } from "./embed-runner.ts";
import { fingerprint } from "./fingerprint.ts";
import { LocalTextModel } from "./local-text-model.ts";
import { planTextModel } from "./plan-text-model.ts";
import { Runner } from "./runner.ts";
import { Scheduler } from "./scheduler.ts";
import { SwapSpace } from "./swap-space.ts";
import type { TextModel } from "./text-model.ts";
import type { TextModelOptions } from "./text-model-options.ts";
import { tokenMask } from "./token-mask.ts";
import { Turns } from "./turns.ts";

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
