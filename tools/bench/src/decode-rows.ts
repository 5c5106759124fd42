import { basename } from "node:path";
import { cpuSimd, readLimit } from "@engine/backend-cpu-simd";
import type { Activations, Select } from "@engine/core";
import { Runner } from "@engine/runtime";
import { median } from "./median.ts";
import { modelProgram } from "./model-program.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/decode-rows.js MODEL… [--threads 2] [--rounds 5] [--rows 1,2,4,8] [--activations int8|f32]
MODEL is a folder or a GGUF file. Steps of one token each for several texts, with a draw from the whole vocabulary, in turns in one process; medians.`;

/** Steps of one turn, and tokens each text has before. */
const [STEPS, CONTEXT] = [4, 32];

interface Task {
  readonly threads: number;
  readonly rounds: number;
  readonly rows: readonly number[];
  readonly activations: Activations;
}

/** Seconds of a step for each number of rows, and of reading all matrices once. */
interface Times {
  readonly steps: readonly number[];
  readonly read: number;
}

/** 40 candidates of a draw at temperature 1. */
function draws(rows: number): Select {
  const noise = Uint32Array.from({ length: 4 * rows }, (_, i) => i + 1);
  return { top: 40, temperature: new Float32Array(rows).fill(1), noise };
}

async function measure(file: string, { threads, rounds, rows, activations }: Task): Promise<Times> {
  const most = Math.max(...rows);
  const device = await cpuSimd.open({ threads });
  const limits = { maxTokens: Math.max(CONTEXT, most), activations, rows: most };
  const { program, source } = await modelProgram(file, device, limits);
  try {
    const weights = await device.weights(source, program.weights, "resident");
    await weights.settled?.();
    const groups = new Set(program.caches.map(({ group }) => group)).size;
    const blocks = most * Math.ceil((CONTEXT + (rounds + 1) * rows.length * STEPS) / 32 + 1);
    const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(blocks) };
    const plan = await device.plan(program, weights, await device.state(program, size));
    const runner = new Runner(program, plan, size);
    const texts = Array.from({ length: most }, () => runner.sequence());
    for (const [i, sequence] of texts.entries()) {
      const tokens = Array.from({ length: CONTEXT }, (_, k) => 100 + 7 * i + k);
      await runner.run([{ sequence, tokens, promptLength: CONTEXT, wanted: "none" }], {});
    }
    const turn = async (count: number): Promise<number> => {
      const out = { ids: new Int32Array(40 * count), values: new Float32Array(40 * count) };
      const select = draws(count);
      const begin = performance.now();
      for (let step = 0; step < STEPS; step++) {
        const work = texts
          .slice(0, count)
          .map((sequence, i) => ({ sequence, tokens: [7 + i + step], wanted: "last" as const }));
        await runner.run(work, out, { select });
      }
      return (performance.now() - begin) / 1000 / STEPS;
    };
    const steps: number[][] = rows.map(() => []);
    const reads: number[] = [];
    // The first round only warms up.
    for (let round = -1; round < rounds; round++) {
      const read = await readLimit(weights);
      if (round >= 0) reads.push(read);
      for (const [i, count] of rows.entries()) {
        const seconds = await turn(count);
        if (round >= 0) steps[i]!.push(seconds);
      }
    }
    return { steps: steps.map(median), read: median(reads) };
  } finally {
    await device.close();
    await source.close();
  }
}

async function main(): Promise<void> {
  const { positionals: files, values } = argumentsOf(USAGE, {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    rows: { type: "string", default: "1,2,4,8" },
    activations: { type: "string", default: "int8" },
  });
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (files.length === 0) misused(USAGE);
  const rows = values.rows.split(",").map(Number);
  const activations: Activations = values.activations === "f32" ? "f32" : "int8";
  const task = { threads: Number(values.threads), rounds: Number(values.rounds), rows, activations };
  console.log("| file | rows | ms a step | tokens/s | times those of the first | of the read limit |");
  console.log("|-|-|-|-|-|-|");
  for (const file of files) {
    const { steps, read } = await measure(file, task);
    for (const [i, seconds] of steps.entries()) {
      const rate = rows[i]! / seconds;
      const times = (rate / (rows[0]! / steps[0]!)).toFixed(2);
      const share = `${((100 * read) / seconds).toFixed(0)} %`;
      const cells = [basename(file), rows[i]!, (1000 * seconds).toFixed(1), rate.toFixed(1), times, share];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

await main();
