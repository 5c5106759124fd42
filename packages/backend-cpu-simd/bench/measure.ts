import { compile } from "@engine/compiler";
import {
  Graph,
  gather,
  input,
  matmul,
  type Program,
  type StepInput,
  sum,
  type Tensor,
  type WeightSource,
  weight,
} from "@engine/core";
import { CpuDevice } from "../src/device.ts";
import { loadNative } from "../src/load-native.ts";
import type { NativeDevice } from "../src/native.ts";
import { leaseDevice } from "../src/shared-device.ts";
import type { CpuWeights } from "../src/weight-store.ts";
import { type BigShape, bigFile, bigSource, FILE_BYTES } from "./big-weights.ts";

/** Linear layers of a Llama of 1B parameters, and its output layer. */
const SHAPES: readonly BigShape[] = [
  { out: 2048, in: 2048 },
  { out: 8192, in: 2048 },
  { out: 2048, in: 8192 },
  { out: 128256, in: 2048 },
];
const ROUNDS = 5;
const PROMPT = 512;
const LEVEL = process.env.BENCH_LEVEL;

/** GB/s of decode, and of plain reads over the same bytes with the same threads, medians of turns. */
export async function measureDecode(): Promise<void> {
  const file = bigFile();
  console.log(`decode, ${(FILE_BYTES / 2 ** 20).toFixed(0)} MB of weights, medians of ${ROUNDS}, GB/s`);
  console.log("type  shape          threads | resident: read  matmul  share | mapped: read  matmul  share");
  for (const threads of [1, 2]) {
    for (const type of ["bf16", "f32"] as const) {
      for (const shape of SHAPES) {
        const sets = [
          await openSet(file.fd, { type, shape, threads, tokens: 1, residency: "resident" }),
          await openSet(file.fd, { type, shape, threads, tokens: 1, residency: "mapped" }),
        ];
        const measures = sets.flatMap((set) => [() => set.readSeconds(), () => set.runSeconds()]);
        const rates = (await interleaved(...measures)).map((seconds) => sets[0]!.bytes / seconds / 1e9);
        const cells = [rates.slice(0, 2), rates.slice(2)].map((pair) => {
          const [read, run] = pair as [number, number];
          return `${read.toFixed(1).padStart(8)} ${run.toFixed(1).padStart(7)} ${percent(run / read)}`;
        });
        for (const set of sets) await set.close();
        console.log(
          `${type.padEnd(5)} ${`${shape.out}x${shape.in}`.padEnd(14)} ${threads}       | ${cells.join("     | ")}`,
        );
      }
    }
  }
  file.close();
}

/** GFLOP/s of a prompt's matrix products, and of multiply-adds on registers alone, medians of turns. */
export async function measurePrefill(): Promise<void> {
  const file = bigFile();
  console.log(`prefill, ${PROMPT} tokens, medians of ${ROUNDS}, GFLOP/s`);
  console.log("type  shape          threads |   peak  matmul  share");
  for (const threads of [1, 2]) {
    for (const type of ["bf16", "f32"] as const) {
      for (const shape of SHAPES.slice(0, 3)) {
        const set = await openSet(file.fd, {
          type,
          shape,
          threads,
          tokens: PROMPT,
          residency: "mapped",
          matrices: 4,
        });
        const peaks: number[] = [];
        const seconds: number[] = [];
        await set.runSeconds();
        for (let round = 0; round < ROUNDS; round++) {
          peaks.push(await set.device.multiplyAdd(2e6));
          seconds.push(await set.runSeconds());
        }
        const rate = (2 * PROMPT * set.matrices * shape.out * shape.in) / median(seconds);
        const peak = median(peaks);
        const cells = `${(peak / 1e9).toFixed(0).padStart(6)} ${(rate / 1e9).toFixed(0).padStart(7)} ${percent(rate / peak)}`;
        console.log(`${type.padEnd(5)} ${`${shape.out}x${shape.in}`.padEnd(14)} ${threads}       | ${cells}`);
        await set.close();
      }
    }
  }
  file.close();
}

interface SetOptions {
  readonly type: "bf16" | "f32";
  readonly shape: BigShape;
  readonly threads: number;
  readonly tokens: number;
  readonly residency: "resident" | "mapped";
  readonly matrices?: number;
}

interface OpenSet {
  readonly device: NativeDevice;
  readonly bytes: number;
  readonly matrices: number;
  readSeconds(): Promise<number>;
  runSeconds(): Promise<number>;
  close(): Promise<void>;
}

/** A program that multiplies the same rows by every matrix. */
async function openSet(fd: number, options: SetOptions): Promise<OpenSet> {
  const { type, shape, threads, tokens, residency } = options;
  const native = loadNative();
  const level = native.levels.find((one) => one === LEVEL) ?? native.levels.at(-1)!;
  const kind = { level, threads, everyThread: true };
  const lease = leaseDevice(native, kind);
  const device = new CpuDevice(native, lease, kind);
  const { source, names } = bigSource(fd, type, shape);
  const used = names.slice(0, options.matrices ?? names.length);
  const program = productsProgram(source, device, { names: used, tokens });
  const weights = (await device.weights(source, program.weights, residency)) as CpuWeights;
  const state = await device.state(program, { blockTokens: 16, blocks: [] });
  const plan = await device.plan(program, weights, state);
  const places = used.map((name) => weights.place(name));
  const bytes = used.reduce((total, name) => total + source.extent(name, "data")!.bytes, 0);
  const step = flatStep(tokens);
  return {
    device: lease.device,
    bytes,
    matrices: used.length,
    readSeconds: () => weights.native.readSeconds(places[0]!.region, places[0]!.offset, bytes),
    async runSeconds() {
      const begin = performance.now();
      await plan.run(step, {});
      return (performance.now() - begin) / 1000;
    },
    close: () => device.close(),
  };
}

function productsProgram(
  source: WeightSource,
  device: CpuDevice,
  options: { names: string[]; tokens: number },
): Program {
  const graph = new Graph();
  const stored = (name: string): Tensor => weight(graph, name, source.describe(name)!);
  const x = gather(stored("x"), input(graph, "tokens", ["tokens"], "i32"));
  for (const name of options.names) graph.outputs[name] = sum(matmul(x, stored(name))).node;
  const { tokens } = options;
  return compile(graph, source, device, { maxTokens: tokens, maxRows: 1, maxSequences: 1, kv: "f32" });
}

function flatStep(tokens: number): StepInput {
  const rows = Int32Array.from({ length: tokens }, (_, i) => i);
  const sequences = Int32Array.of(0, tokens, 0, -1, -1, -1, 1);
  return { tokens: rows, positions: rows, extents: rows, sequences, tables: [], wanted: new Int32Array(0) };
}

async function interleaved(...measures: readonly (() => Promise<number>)[]): Promise<number[]> {
  const all = measures.map((): number[] => []);
  for (const measure of measures) await measure();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, measure] of measures.entries()) all[i]!.push(await measure());
  }
  return all.map(median);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0).padStart(5)} %`;
}
