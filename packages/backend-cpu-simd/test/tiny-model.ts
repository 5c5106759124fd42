import { compile } from "@engine/compiler";
import {
  type Activations,
  type Architecture,
  attention,
  type CacheDType,
  capture,
  cast,
  cos,
  type Device,
  EngineError,
  encodeFloats,
  gather,
  matmul,
  type Plan,
  type Program,
  philox,
  type Residency,
  rmsNorm,
  rope,
  SEQUENCE,
  type StepInput,
  silu,
  sin,
  type WeightSource,
} from "@engine/core";

/** Sizes that fill no vector evenly; `mlp` is more than one block of a matrix product's depth. */
export const SIZE = { vocab: 133, hidden: 36, heads: 6, kvHeads: 2, head: 5, mlp: 1100, window: 40 } as const;
export const CONTEXT = 352;
const LAYERS = 2;

/** A Llama with a window in its second layer and biases on its queries. */
export const tiny: Architecture<undefined> = {
  api: 1,
  name: "tiny",
  modelTypes: [],
  parse: () => undefined,
  context: () => CONTEXT,
  forward(step, weights) {
    const { heads, kvHeads, head, window } = SIZE;
    const angles = cast(step.positions)
      .reshape(["tokens", 1])
      .mul(step.constant(Float32Array.of(1, 0.05), [1, 2]));
    const [cosine, sine] = [cos(angles), sin(angles)];
    let x = gather(weights.get("embed"), step.tokens);
    for (let i = 0; i < LAYERS; i++) {
      const w = weights.at(`layer${i}`);
      const h = rmsNorm(x, w.get("norm"), 1e-5);
      const q = rope(matmul(h, w.get("q")).add(w.get("bias")).heads(heads), cosine, sine);
      const k = rope(matmul(h, w.get("k")).heads(kvHeads), cosine, sine, { interleaved: i === 1 });
      const cache = step.cache(i).append(k, matmul(h, w.get("v")).heads(kvHeads));
      const mixed = attention(q, cache.tensor, { scale: head ** -0.5, ...(i === 1 && { window }) });
      x = x.add(matmul(mixed.merge(), w.get("o")));
      const inner = rmsNorm(x, w.get("norm"), 1e-5);
      x = x.add(matmul(silu(matmul(inner, w.get("gate"))).mul(matmul(inner, w.get("up"))), w.get("down")));
    }
    step.tap("hidden", x);
    return matmul(rmsNorm(step.wanted(x), weights.get("norm"), 1e-5), weights.get("embed"));
  },
};

export type FloatType = "f32" | "f16" | "bf16";
export interface StoredWeight {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The model's weights in one storage type, by name. */
export function tinyWeights(type: FloatType): Map<string, StoredWeight> {
  const { vocab, hidden, heads, kvHeads, head, mlp } = SIZE;
  const all = new Map<string, StoredWeight>();
  const store = (name: string, ...shape: number[]): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    const spread = shape.length === 1 ? 1 : 2 / Math.sqrt(shape[1]!);
    const values = noise(all.size, count).map((value) => value * spread);
    all.set(name, { shape, bytes: encodeFloats(type, values) });
  };
  store("embed", vocab, hidden);
  store("norm", hidden);
  for (let i = 0; i < LAYERS; i++) {
    store(`layer${i}.norm`, hidden);
    store(`layer${i}.q`, heads * head, hidden);
    store(`layer${i}.bias`, heads * head);
    store(`layer${i}.k`, kvHeads * head, hidden);
    store(`layer${i}.v`, kvHeads * head, hidden);
    store(`layer${i}.o`, hidden, heads * head);
    store(`layer${i}.gate`, mlp, hidden);
    store(`layer${i}.up`, mlp, hidden);
    store(`layer${i}.down`, hidden, mlp);
  }
  return all;
}

/** Values from -1 to 1 without a short period, the same for the same seed. */
export function noise(seed: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 4) {
    philox([seed, 7], [i, 0, 0, 0]).forEach((word, lane) => {
      if (i + lane < count) values[i + lane] = word * 2 ** -31 - 1;
    });
  }
  return values;
}

/** Weights in memory; `extent` makes them lie in a file. */
export function sourceOf(
  type: FloatType,
  weights: ReadonlyMap<string, StoredWeight>,
  extent: WeightSource["extent"] = () => undefined,
): WeightSource {
  return {
    id: "tiny",
    names: () => weights.keys(),
    describe(name) {
      const weight = weights.get(name);
      if (!weight) return undefined;
      const { shape, bytes } = weight;
      const rowBytes = bytes.length / shape[0]!;
      return { type, shape, parts: { data: { dtype: type, shape, rowBytes, bytes: bytes.length } } };
    },
    extent,
    async read(name, _, ranges, into) {
      const weight = weights.get(name);
      if (!weight) throw new EngineError("missing-weight", name);
      into.set(weight.bytes.subarray(ranges[0], ranges[0]! + ranges[1]!));
    },
    close: async () => {},
  };
}

export interface TinyOptions {
  readonly type?: FloatType;
  readonly kv?: CacheDType;
  readonly activations?: Activations;
  readonly source?: WeightSource;
  readonly residency?: Residency;
}

export interface Tiny {
  readonly program: Program;
  readonly plan: Plan;
  dispose(): Promise<void>;
}

export const BLOCK_TOKENS = 32;
export const BLOCKS = 2 * (CONTEXT / BLOCK_TOKENS);

export async function openTiny(device: Device, options: TinyOptions = {}): Promise<Tiny> {
  const { type = "bf16", kv = "f32", residency = "auto", activations } = options;
  const source = options.source ?? sourceOf(type, tinyWeights(type));
  const graph = capture(tiny, undefined, source, { taps: ["hidden"] });
  const program = compile(graph, source, device, {
    maxTokens: CONTEXT,
    maxRows: CONTEXT,
    maxSequences: 4,
    kv,
    activations,
  });
  const weights = await device.weights(source, program.weights, residency);
  const state = await device.state(program, { blockTokens: BLOCK_TOKENS, blocks: [BLOCKS, BLOCKS] });
  const plan = await device.plan(program, weights, state);
  const dispose = async (): Promise<void> => {
    for (const owner of [plan, state, weights]) await owner.dispose();
  };
  return { program, plan, dispose };
}

export interface Turn {
  readonly tokens: readonly number[];
  readonly cached: number;
  /** First of the blocks the sequence owns; they follow one another. */
  readonly firstBlock?: number;
}

/** A step in which every row is wanted. */
export function stepOf(...turns: readonly Turn[]): StepInput {
  const width = CONTEXT / BLOCK_TOKENS;
  const tokens = turns.flatMap((turn) => turn.tokens);
  const sequences = new Int32Array(turns.length * SEQUENCE.stride).fill(-1);
  let row = 0;
  turns.forEach(({ tokens: own, cached }, i) => {
    sequences.set([row, own.length, cached], i * SEQUENCE.stride);
    row += own.length;
  });
  const positions = turns.flatMap(({ tokens: own, cached }) => own.map((_, i) => cached + i));
  const table = Int32Array.from({ length: turns.length * width }, (_, i) => {
    return (turns[Math.floor(i / width)]!.firstBlock ?? 0) + (i % width);
  });
  return {
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(positions),
    extents: Int32Array.from(positions),
    sequences,
    tables: [table, table],
    wanted: Int32Array.from(tokens, (_, i) => i),
  };
}

/** Token ids of a text. */
export function textOf(length: number): number[] {
  return Array.from(noise(99, length), (value) => Math.floor(((value + 1) / 2) * SIZE.vocab));
}

/** Runs a step; the hidden state of its rows. */
export async function hiddenOf(plan: Plan, step: StepInput): Promise<Float32Array> {
  const hidden = new Float32Array(step.tokens.length * SIZE.hidden).fill(Number.NaN);
  await plan.run(step, { tensors: { hidden } });
  return hidden;
}

/** The bits, so that equal means equal. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
