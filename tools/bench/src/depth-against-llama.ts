import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import { llama } from "@engine/arch-llama";
import { cpuSimd } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { type CacheDType, capture, checkCacheDType } from "@engine/core";
import { openCheckpoint, readGgufAs } from "@engine/loader";
import { Runner } from "@engine/runtime";
import { filledBlock } from "./filled-block.ts";
import { median } from "./median.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/depth-against-llama.js LLAMA_BENCH FILE.gguf [--depths 1024,4096] [--threads 1,2] [--rounds 3] [--tokens 16] [--kv f16|f32|bf16]
Tokens decoded behind a text of so many, by both engines in turns. make-gguf.js attention-heavy makes a file whose matrices are
small, so that attention is what is measured.`;

const run = promisify(execFile);
const BLOCK = 32;

interface Task {
  readonly threads: number;
  readonly depth: number;
  readonly tokens: number;
  readonly kv: CacheDType;
}

/** Tokens per second, the better of llama.cpp's two ways of attention. */
async function theirs(program: string, file: string, { threads, depth, tokens, kv }: Task): Promise<number> {
  const flags = ["-m", file, "-t", threads, "-p", 0, "-n", tokens, "-d", depth, "-r", 1, "-fa", "0,1"];
  const cache = ["-ctk", kv, "-ctv", kv, "-o", "json"];
  const { stdout } = await run(program, [...flags, ...cache].map(String), { maxBuffer: 2 ** 24 });
  return Math.max(...(JSON.parse(stdout) as { avg_ts: number }[]).map((row) => row.avg_ts));
}

async function ours(file: string, { threads, depth, tokens, kv }: Task): Promise<number> {
  const { gguf } = await openCheckpoint(file);
  if (!gguf || !llama.gguf) throw new Error(`${file} is no GGUF file.`);
  const device = await cpuSimd.open({ threads });
  try {
    const { config, source } = await readGgufAs(llama.gguf, gguf);
    const graph = capture(llama, llama.parse(config), source);
    const options = { maxTokens: 16, maxRows: 1, maxSequences: 1, kv, activations: "int8" } as const;
    const program = compile(graph, source, device, options);
    const weights = await device.weights(source, program.weights, "resident");
    await weights.settled?.();
    const blocks = Math.ceil((depth + tokens + 2) / BLOCK);
    const size = { blockTokens: BLOCK, blocks: [blocks] };
    const state = await device.state(program, size);
    for (const spec of program.caches) {
      const bytes = filledBlock(spec, BLOCK);
      for (let block = 0; block < blocks; block++) await state.write(spec.name, block, bytes);
    }
    const runner = new Runner(program, await device.plan(program, weights, state), size, { state });
    const sequence = runner.sequence();
    sequence.reserve(depth);
    sequence.advance(depth);
    const step = (id: number) => runner.run([{ sequence, tokens: [id], wanted: "last" }], {});
    await step(1);
    const begin = performance.now();
    for (let i = 0; i < tokens; i++) await step(7 + i);
    return (1000 * tokens) / (performance.now() - begin);
  } finally {
    await device.close();
    await gguf.close();
  }
}

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    depths: { type: "string", default: "1024,4096" },
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "3" },
    tokens: { type: "string", default: "16" },
    kv: { type: "string", default: "f16" },
  });
  const [program, file] = positionals;
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (!program || !file) misused(USAGE);
  const { kv } = values;
  checkCacheDType(kv);
  console.log("| file | kv | depth | threads | tokens/s | llama.cpp | ratio |\n|-|-|-|-|-|-|-|");
  for (const depth of values.depths.split(",").map(Number)) {
    for (const threads of values.threads.split(",").map(Number)) {
      const task = { threads, depth, kv, tokens: Number(values.tokens) };
      const [a, b]: number[][] = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        b!.push(await theirs(program, file, task));
        a!.push(await ours(file, task));
      }
      const ratio = median(a!.map((rate, i) => rate / b![i]!));
      const cells = [
        basename(file),
        kv,
        depth,
        threads,
        median(a!).toFixed(1),
        median(b!).toFixed(1),
        ratio.toFixed(2),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

await main();
