import { execFile, spawn } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import { cpuSimd, multiplyLimit, readLimit } from "@engine/backend-cpu-simd";
import { type Activations, elements, type Program } from "@engine/core";
import { Runner } from "@engine/runtime";
import { goalOf } from "./goals.ts";
import { matmulWork } from "./matmul-work.ts";
import { median } from "./median.ts";
import { modelProgram } from "./model-program.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/against-llama.js LLAMA_BENCH FILE.gguf… [--threads 1,2] [--rounds 3] [--prompt 512] [--tokens 16] [--activations int8|f32] [--busy 0]
LLAMA_BENCH: llama.cpp's program; tools/bench/build-llama.sh builds it. make-gguf.js makes files. --busy: so many other processes compute all the while.`;

const run = promisify(execFile);

/** Between two readings at least, unless all tokens are there. */
const TURN_MS = 200;

interface Task {
  readonly threads: number;
  readonly prompt: number;
  readonly tokens: number;
  readonly activations: Activations;
}

/** Tokens per second. */
interface Rates {
  readonly prefill: number;
  readonly decode: number;
}

async function theirs(program: string, file: string, { threads, prompt, tokens }: Task): Promise<Rates> {
  const flags = ["-m", file, "-t", threads, "-p", prompt, "-n", tokens, "-r", 1, "-o", "json"];
  const { stdout } = await run(program, flags.map(String), { maxBuffer: 2 ** 24 });
  const rows = JSON.parse(stdout) as { n_prompt: number; avg_ts: number }[];
  const rate = (isPrompt: boolean): number => rows.find((row) => row.n_prompt > 0 === isPrompt)?.avg_ts ?? 0;
  return { prefill: rate(true), decode: rate(false) };
}

interface Ours extends Rates {
  readonly loadMs: number;
  /** Of the time decode took, what reading its weights takes alone. */
  readonly readShare: number;
  /** Of the time prefill took, what its multiplications take alone at the rate the processor does them. */
  readonly multiplyShare: number;
}

/** How most of a program's weights are multiplied. */
function kindOf(program: Program, activations: Activations): Parameters<typeof multiplyLimit>[1] {
  const sizes = { f32: 0, codes4: 0, codes8: 0 };
  for (const { access, encoding } of program.weights) {
    if (access !== "whole") continue;
    const isFloat = activations === "f32" || ["f32", "f16", "bf16"].includes(encoding.type);
    sizes[isFloat ? "f32" : encoding.type === "q8_0" ? "codes8" : "codes4"] += elements(encoding.shape);
  }
  return (["codes4", "codes8", "f32"] as const).toSorted((a, b) => sizes[b] - sizes[a])[0]!;
}

async function ours(file: string, { threads, prompt, tokens, activations }: Task): Promise<Ours> {
  const device = await cpuSimd.open({ threads });
  const { program, source } = await modelProgram(file, device, { maxTokens: prompt, activations });
  try {
    const begin = performance.now();
    const weights = await device.weights(source, program.weights, "auto");
    const groups = new Set(program.caches.map(({ group }) => group)).size;
    const blocks = Math.ceil((prompt + 2 * tokens + 2) / 32) + 1;
    const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(blocks) };
    const plan = await device.plan(program, weights, await device.state(program, size));
    const runner = new Runner(program, plan, size);
    const short = runner.sequence();
    await runner.run([{ sequence: short, tokens: [1], wanted: "last" }], {});
    const loadMs = performance.now() - begin;
    await weights.settled?.();
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const begin = performance.now();
      await work();
      return (performance.now() - begin) / 1000;
    };
    // Short texts, as llama-bench decodes. A reading beside every few tokens: a slow moment meets both.
    const [turns, reads]: [number[], number[]] = [[], []];
    let decode = 0;
    for (let at = 0; at < tokens; ) {
      const [first, begin] = [at, performance.now()];
      while (at < tokens && performance.now() - begin < TURN_MS)
        await runner.run([{ sequence: short, tokens: [7 + at++], wanted: "last" }], {});
      const took = (performance.now() - begin) / 1000;
      decode += took;
      turns.push(took / (at - first));
      reads.push(await readLimit(weights));
    }
    short.clear();
    const long = runner.sequence();
    const ids = Array.from({ length: prompt }, (_, i) => 100 + i);
    const readPrompt = () =>
      runner.run([{ sequence: long, tokens: ids, promptLength: prompt, wanted: "last" }], {});
    // llama-bench warms up with a whole prompt too: memory that is touched for the first time is dear here.
    await readPrompt();
    long.clear();
    const before = await multiplyLimit(device, kindOf(program, activations));
    const prefill = await timed(readPrompt);
    const peak = (before + (await multiplyLimit(device, kindOf(program, activations)))) / 2;
    const work = matmulWork(program);
    return {
      prefill: prompt / prefill,
      decode: tokens / decode,
      loadMs,
      readShare: median(turns.map((token, i) => reads[i]! / token)),
      multiplyShare: (2 * (prompt * work.tokens + work.rows)) / (peak * prefill),
    };
  } finally {
    await device.close();
    await source.close();
  }
}

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "3" },
    prompt: { type: "string", default: "512" },
    tokens: { type: "string", default: "16" },
    activations: { type: "string", default: "int8" },
    busy: { type: "string", default: "0" },
  });
  const [program, ...files] = positionals;
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (!program || files.length === 0) misused(USAGE);
  const activations: Activations = values.activations === "f32" ? "f32" : "int8";
  console.log(
    "| file | threads | prefill | llama.cpp | ratio | of the multiply limit | goal | decode | llama.cpp | ratio | of the read limit | goal | load ms |\n|-|-|-|-|-|-|-|-|-|-|-|-|-|",
  );
  const others = Array.from({ length: Number(values.busy) }, () =>
    spawn(process.execPath, ["-e", "for (;;);"]),
  );
  process.on("exit", () => {
    for (const other of others) other.kill();
  });
  for (const file of files) {
    for (const threads of values.threads.split(",").map(Number)) {
      const task = { threads, prompt: Number(values.prompt), tokens: Number(values.tokens), activations };
      const [a, b]: [Ours[], Rates[]] = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        b.push(await theirs(program, file, task));
        a.push(await ours(file, task));
      }
      console.log(`| ${row(basename(file), threads, a, b).join(" | ")} |`);
    }
  }
  for (const other of others) other.kill();
}

function row(file: string, threads: number, a: readonly Ours[], b: readonly Rates[]): (string | number)[] {
  const cells = [file, threads] as (string | number)[];
  const goal = goalOf(file, threads);
  for (const key of ["prefill", "decode"] as const) {
    const [mine, other] = [median(a.map((one) => one[key])), median(b.map((one) => one[key]))];
    // Ratios of neighbours: a slow minute meets both.
    const ratio = median(a.map((one, i) => one[key] / b[i]![key]));
    const kind = key === "prefill" ? "multiplyShare" : "readShare";
    const share = median(a.map((one) => one[kind]));
    const most = goal?.[kind];
    const verdict =
      goal === undefined || most === undefined
        ? "none"
        : ratio >= goal[key]
          ? `met: ${goal[key]} ×`
          : share >= most
            ? `met: ${100 * most} % of the limit`
            : `missed: ${goal[key]} × or ${100 * most} %`;
    const percent = `${(100 * share).toFixed(0)} %`;
    cells.push(mine.toFixed(1), other.toFixed(1), ratio.toFixed(2), percent, verdict);
  }
  return [...cells, median(a.map(({ loadMs }) => loadMs)).toFixed(0)];
}

await main();
