import { compile } from "@engine/compiler";
import {
  type Architecture,
  type Backend,
  type CacheDType,
  type CaptureOptions,
  capture,
  configReader,
  type Plan,
  type Program,
  type Residency,
  type StateStore,
  type WeightStore,
} from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { Runner, type Sequence } from "@engine/runtime";

export interface GoldenModelOptions extends CaptureOptions {
  readonly backend: Backend;
  readonly residency?: Residency;
  readonly kv?: CacheDType;
  readonly threads?: number;
  /** Blocks of 16 places in each cache group; 48 unless told. */
  readonly blocks?: number;
}

/** Rows of a text that one step takes; `prompt` is the whole prompt's length while they are prompt text. */
export interface Part {
  readonly tokens: readonly number[];
  readonly prompt?: number;
}

/** A golden's model on a device, for steps written by hand. */
export interface GoldenModel {
  readonly program: Program;
  readonly weights: WeightStore;
  readonly vocab: number;
  readonly runner: Runner;
  readonly plan: Plan;
  readonly state: StateStore;
  /** One step with the next rows of each text. Gives the logits [rows, vocab] of each text's wanted rows. */
  step(
    parts: readonly (readonly [Sequence, Part, wanted?: "none" | "last" | "all"])[],
  ): Promise<Float32Array[]>;
  /** The text read by itself in chunks of `size` rows: logits of all rows [rows, vocab]. */
  read(sequence: Sequence, part: Part, size?: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Slots are for families with recurrent state. */
const SIZE = { blockTokens: 16, slots: 16 };
const LIMITS = { maxTokens: 256, maxRows: 256, maxSequences: 8 };

export async function openGoldenModel<C>(
  architecture: Architecture<C>,
  folder: string,
  { backend, residency = "auto", kv = "f32", threads, taps, blocks = 48 }: GoldenModelOptions,
): Promise<GoldenModel> {
  const { config, configPath, source } = await openCheckpoint(folder);
  const parsed = architecture.parse(configReader(config, configPath));
  const graph = capture(architecture, parsed, source, taps ? { taps } : {});
  const device = await backend.open(threads ? { threads } : {});
  const program = compile(graph, source, device, { ...LIMITS, kv });
  const groups = new Set(program.caches.map(({ group }) => group)).size;
  const size = { ...SIZE, blocks: new Array<number>(groups).fill(blocks) };
  const weights = await device.weights(source, program.weights, residency);
  const state = await device.state(program, size);
  const plan = await device.plan(program, weights, state);
  const runner = new Runner(program, plan, size);
  const vocab = program.outputs.logits![1] as number;

  const model: GoldenModel = {
    program,
    weights,
    vocab,
    runner,
    plan,
    state,
    async step(parts) {
      const work = parts.map(([sequence, { tokens, prompt }, wanted = "all"]) => ({
        sequence,
        tokens,
        wanted,
        ...(prompt !== undefined && { promptLength: prompt }),
      }));
      await runner.run(work, {});
      let row = 0;
      const out: Float32Array[] = [];
      for (const { tokens, wanted } of work) {
        const rows = wanted === "all" ? tokens.length : wanted === "last" ? 1 : 0;
        const logits = new Float32Array(rows * vocab);
        for (let i = 0; i < rows; i++) await plan.logits(row++, logits.subarray(i * vocab, (i + 1) * vocab));
        out.push(logits);
      }
      return out;
    },
    async read(sequence, { tokens, prompt }, chunk = tokens.length) {
      const all = new Float32Array(tokens.length * vocab);
      for (let at = 0; at < tokens.length; at += chunk) {
        const part = { tokens: tokens.slice(at, at + chunk), ...(prompt !== undefined && { prompt }) };
        all.set((await model.step([[sequence, part]]))[0]!, at * vocab);
      }
      return all;
    },
    async close() {
      await plan.dispose();
      await state.dispose();
      await weights.dispose();
      await source.close();
      await device.close();
    },
  };
  return model;
}
