import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { llama } from "@engine/arch-llama";
import { qwen } from "@engine/arch-qwen";
import { cpuSimd } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { capture } from "@engine/core";
import { ggufFacts, openCheckpoint, readGgufAs } from "@engine/loader";
import { Runner } from "@engine/runtime";
import { median } from "./median.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/first-token.js FILE.gguf… [--threads 2] [--rounds 5]
Processes of their own that load a file and decode one token; no tokenizer. Medians; the files should be in the page cache.`;

/** Milliseconds since the one before, and the most memory the process had. */
interface Times {
  readonly modules: number;
  readonly compiled: number;
  readonly weights: number;
  readonly token: number;
  readonly all: number;
  readonly peakMb: number;
}

/** One load, in a process that has done nothing else. */
async function load(file: string, threads: number): Promise<Times> {
  const begin = performance.now();
  const { gguf } = await openCheckpoint(file);
  if (!gguf) throw new Error(`${file} is no GGUF file.`);
  const { name } = ggufFacts(gguf);
  const family = [llama, qwen].find(({ gguf: reading }) => reading?.architectures.includes(name));
  if (!family?.gguf) throw new Error(`${file}: this bench knows no ${name}.`);
  const device = await cpuSimd.open({ threads });
  const { config, source } = await readGgufAs(family.gguf, gguf);
  const graph = capture(
    family as typeof llama,
    family.parse(config) as ReturnType<typeof llama.parse>,
    source,
  );
  const options = { maxTokens: 128, maxRows: 1, maxSequences: 1, kv: "f32", activations: "int8" } as const;
  const program = compile(graph, source, device, options);
  const compiled = performance.now();
  const weights = await device.weights(source, program.weights, "resident");
  const loaded = performance.now();
  const groups = new Set(program.caches.map(({ group }) => group)).size;
  const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(8) };
  const plan = await device.plan(program, weights, await device.state(program, size));
  const runner = new Runner(program, plan, size);
  await runner.run([{ sequence: runner.sequence(), tokens: [1], wanted: "last" }], {});
  const end = performance.now();
  await device.close();
  await gguf.close();
  return {
    modules: begin,
    compiled: compiled - begin,
    weights: loaded - compiled,
    token: end - loaded,
    all: end,
    peakMb: process.resourceUsage().maxRSS / 1e3,
  };
}

async function main(): Promise<void> {
  const { positionals: files, values } = argumentsOf(USAGE, {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    once: { type: "boolean", default: false },
  });
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (files.length === 0) misused(USAGE);
  if (values.once) {
    console.log(JSON.stringify(await load(files[0]!, Number(values.threads))));
    return;
  }
  const keys = ["modules", "compiled", "weights", "token", "all", "peakMb"] as const;
  console.log("| file | MB | modules ms | compiled ms | weights ms | token ms | in all ms | peak MB |");
  console.log("|-|-|-|-|-|-|-|-|");
  for (const file of files) {
    const rounds: Times[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const program = [...process.execArgv, fileURLToPath(import.meta.url)];
      const flags = [file, "--once", "--threads", values.threads];
      const { stdout } = await promisify(execFile)(process.execPath, [...program, ...flags]);
      rounds.push(JSON.parse(stdout) as Times);
    }
    const cells = keys.map((key) => median(rounds.map((times) => times[key])).toFixed(0));
    console.log(`| ${file} | ${(statSync(file).size / 1e6).toFixed(0)} | ${cells.join(" | ")} |`);
  }
}

await main();
