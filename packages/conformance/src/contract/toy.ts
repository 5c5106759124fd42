import { compile } from "@engine/compiler";
import {
  type Architecture,
  attention,
  type CompileOptions,
  capture,
  type Device,
  gather,
  matmul,
  type Plan,
  type Program,
  rmsNorm,
  type StateSize,
  type StateStore,
  type Step,
  type WeightSource,
  type WeightStore,
  type Weights,
} from "@engine/core";
import { Runner } from "@engine/runtime";
import { type MemoryWeight, memorySource, memoryWeight } from "../memory-source.ts";
import { randomValues } from "../random.ts";

export const TOY = {
  vocab: 37,
  hidden: 20,
  heads: 4,
  kvHeads: 2,
  keyDim: 5,
  valueDim: 10,
  window: 18,
} as const;
const LAYERS = 2;

/**
 * Two layers of attention, the second with a window, over an overlay. Keys and values are rows of tables, so what a cache
 * holds is known to the bit on every device.
 */
export const toy: Architecture<undefined> = {
  api: 1,
  name: "toy",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step: Step, weights: Weights) {
    let x = step.overlay(gather(weights.get("embed"), step.tokens));
    for (let i = 0; i < LAYERS; i++) {
      const w = weights.at(`layers.${i}`);
      const q = matmul(rmsNorm(x, w.get("norm"), 1e-5), w.get("q")).heads(TOY.heads);
      const k = gather(w.get("k"), step.tokens).heads(TOY.kvHeads);
      const v = gather(w.get("v"), step.tokens).heads(TOY.kvHeads);
      const window = i === 1 ? { window: TOY.window } : {};
      const mixed = attention(q, step.cache(i).append(k, v).tensor, { scale: TOY.keyDim ** -0.5, ...window });
      x = x.add(matmul(mixed.merge(), w.get("o")));
    }
    step.tap("hidden", x);
    return matmul(rmsNorm(step.wanted(x), weights.get("norm"), 1e-5), weights.get("head"));
  },
};

export function toySource(): WeightSource {
  const weights: Record<string, MemoryWeight> = {};
  const store = (name: string, ...shape: number[]): void => {
    const count = shape.reduce((product, dim) => product * dim, 1);
    weights[name] = memoryWeight("f32", shape, randomValues(name, count, { to: 1 }));
  };
  const { vocab, hidden, heads, kvHeads, keyDim, valueDim } = TOY;
  store("embed", vocab, hidden);
  store("head", vocab, hidden);
  store("norm", hidden);
  for (let i = 0; i < LAYERS; i++) {
    store(`layers.${i}.norm`, hidden);
    store(`layers.${i}.q`, heads * keyDim, hidden);
    store(`layers.${i}.k`, vocab, kvHeads * keyDim);
    store(`layers.${i}.v`, vocab, kvHeads * valueDim);
    store(`layers.${i}.o`, hidden, heads * valueDim);
  }
  return memorySource(weights);
}

export interface Toy {
  readonly program: Program;
  readonly size: StateSize;
  readonly weights: WeightStore;
  readonly state: StateStore;
  readonly plan: Plan;
  readonly runner: Runner;
  dispose(): Promise<void>;
}

/** The toy model on a device. */
export async function openToy(device: Device, options: Partial<CompileOptions> = {}): Promise<Toy> {
  const source = toySource();
  const graph = capture(toy, undefined, source, { taps: ["hidden"] });
  const limits = { maxTokens: 64, maxRows: 64, maxSequences: 4, kv: "f32", ...options } as const;
  const program = compile(graph, source, device, limits);
  const size = { blockTokens: 16, blocks: [12, 12] };
  const weights = await device.weights(source, program.weights, "auto");
  const state = await device.state(program, size);
  const plan = await device.plan(program, weights, state);
  const dispose = async (): Promise<void> => {
    await plan.dispose();
    await state.dispose();
    await weights.dispose();
  };
  return { program, size, weights, state, plan, runner: new Runner(program, plan, size), dispose };
}

/** Token ids of a text, the same for the same seed. */
export function toyText(seed: string, length: number): number[] {
  return Array.from(randomValues(seed, length, { from: 0, to: TOY.vocab, positive: true }), Math.floor);
}
