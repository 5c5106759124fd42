import { compile } from "@engine/compiler";
import {
  type Device,
  EngineError,
  type Graph,
  type StateStore,
  type WeightSource,
  type WeightStore,
} from "@engine/core";
import { Runner } from "./runner.ts";

/** Name of the trace that holds the rows after the last norm. */
export const FINAL = "final";

export interface EmbedParts {
  /** The captured model with the trace "final". */
  readonly graph: () => Graph;
  readonly source: WeightSource;
  readonly device: Device;
  readonly weights: WeightStore;
  readonly state: StateStore;
}

/** A second program over the weights and blocks of `runner`, without the head: every row's last hidden state. */
export async function embedRunner(runner: Runner, parts: EmbedParts): Promise<Runner> {
  const { source, device, weights, state } = parts;
  const graph = parts.graph();
  const final = graph.outputs[FINAL];
  if (!final) {
    throw new EngineError(
      "unsupported",
      `This family names no trace "${FINAL}", so its last hidden states are not to be had for embeddings.`,
    );
  }
  for (const name of Object.keys(graph.outputs)) if (name !== FINAL) delete graph.outputs[name];
  const { options } = runner.program;
  // Rows without logits take little room, so all may be wanted.
  const program = compile(graph, source, device, { ...options, maxRows: options.maxTokens });
  const plan = await device.plan(program, weights, state);
  return new Runner(program, plan, runner.size, { state, pools: runner.pools });
}
