import { cpuSimd, readLimit } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { blockBytes, CACHE_DTYPES, type CacheDType, checkCacheDType, type Device } from "@engine/core";
import { Runner } from "@engine/runtime";
import {
  attentionGraph,
  type HeadShape,
  headShapes,
  READ_BYTES,
  readGraph,
  tables,
} from "./attention-model.ts";
import { filledBlock } from "./filled-block.ts";
import { median } from "./median.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/attention.js [SHAPE…] [--kv ${CACHE_DTYPES.join(",")}] [--depths 1024,4096,32768] [--threads 1,2] [--rounds 5] [--rows 128]
SHAPE: ${Object.keys(headShapes).join(", ")}
Attention alone: decode against what reading the cache takes, and a chunk of prompt in GFLOP/s.`;

const BLOCK = 32;
/** Bytes of keys and values that a decoded token reads at least: more than any cache between memory and core. */
const LEAST_BYTES = 96 * 2 ** 20;
const MOST_LAYERS = 64;

interface Task {
  readonly shape: HeadShape;
  readonly kv: CacheDType;
  readonly depth: number;
  readonly rounds: number;
  /** Rows of the chunk of prompt. */
  readonly rows: number;
}

interface Row {
  /** Seconds of one decoded token, and of reading the bytes it reads; of the chunk. */
  readonly token: number;
  readonly read: number;
  readonly chunk: number;
  readonly bytes: number;
  readonly flops: number;
}

async function measure(device: Device, { shape, kv, depth, rounds, rows }: Task): Promise<Row> {
  const seen = Math.min(depth, shape.window ?? depth);
  const place = blockBytes(
    { ...SPEC, heads: shape.kvHeads, keyDim: shape.dim, valueDim: shape.dim, dtype: kv },
    1,
  );
  const layers = Math.min(MOST_LAYERS, Math.max(2, Math.ceil(LEAST_BYTES / (place * seen))));
  const source = tables(shape);
  const options = { maxTokens: rows, maxRows: rows, maxSequences: 1, kv } as const;
  const program = compile(attentionGraph(shape, layers), source, device, options);
  const weights = await device.weights(source, program.weights, "resident");
  await weights.settled?.();
  const blocks = Math.ceil((depth + rows + 4 * rounds + 64) / BLOCK);
  const size = { blockTokens: BLOCK, blocks: [blocks] };
  const state = await device.state(program, size);
  const plan = await device.plan(program, weights, state);
  const limit = await limitStore(device);
  try {
    for (const spec of program.caches) {
      const bytes = filledBlock(spec, BLOCK);
      for (let block = 0; block < blocks; block++) await state.write(spec.name, block, bytes);
    }
    const runner = new Runner(program, plan, size, { state });
    const sequence = runner.sequence();
    sequence.reserve(depth);
    sequence.advance(depth);
    const timed = async (work: () => Promise<unknown>, times: number): Promise<number> => {
      const begin = performance.now();
      for (let i = 0; i < times; i++) await work();
      return (performance.now() - begin) / 1000 / times;
    };
    const [tokens, reads]: number[][] = [[], []];
    const step = (n: number) => {
      const ids = Array.from({ length: n }, (_, i) => i % 16);
      return runner.run([{ sequence, tokens: ids, wanted: "all" }], {});
    };
    for (let round = -1; round < rounds; round++) {
      const read = await readLimit(limit);
      const token = await timed(() => step(1), 3);
      // The first turn only warms up.
      if (round < 0) continue;
      tokens!.push(token);
      reads!.push((read * place * seen * layers) / READ_BYTES);
    }
    const chunk = await timed(() => step(rows), 1);
    // A query meets a key in 2 · dim operations, and its value in as many; keys after it are not counted.
    const keys = shape.window ? seen : depth + rows / 2;
    return {
      token: median(tokens!) / layers,
      read: median(reads!) / layers,
      chunk: chunk / layers,
      bytes: place * seen,
      flops: 4 * shape.dim * shape.heads * rows * keys,
    };
  } finally {
    for (const part of [plan, state, weights, limit]) await part.dispose();
  }
}

const SPEC = { name: "0", group: 0 };

async function limitStore(device: Device) {
  const { graph, source } = readGraph();
  const options = { maxTokens: 1, maxRows: 1, maxSequences: 1, kv: "f32" } as const;
  return device.weights(source, compile(graph, source, device, options).weights, "resident");
}

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    kv: { type: "string", default: CACHE_DTYPES.join(",") },
    depths: { type: "string", default: "1024,4096,32768" },
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "5" },
    rows: { type: "string", default: "128" },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(headShapes);
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (names.some((name) => !headShapes[name])) misused(USAGE);
  console.log(
    "| heads | kv | depth | threads | µs a layer | GB/s | read GB/s | share | prompt GFLOP/s |\n|-|-|-|-|-|-|-|-|-|",
  );
  for (const threads of values.threads.split(",").map(Number)) {
    const device = await cpuSimd.open({ threads });
    for (const name of names) {
      for (const kv of values.kv.split(",")) {
        checkCacheDType(kv);
        for (const depth of values.depths.split(",").map(Number)) {
          const task = {
            shape: headShapes[name]!,
            kv,
            depth,
            rounds: Number(values.rounds),
            rows: Number(values.rows),
          };
          const { token, read, bytes, chunk, flops } = await measure(device, task);
          const rate = (seconds: number): string => (bytes / seconds / 1e9).toFixed(1);
          const cells = [name, kv, depth, threads, (token * 1e6).toFixed(0), rate(token), rate(read)];
          cells.push(`${((100 * read) / token).toFixed(0)} %`, (flops / chunk / 1e9).toFixed(0));
          console.log(`| ${cells.join(" | ")} |`);
        }
      }
    }
    await device.close();
  }
}

await main();
