import { llama } from "@engine/arch-llama";
import { cpuSimd, readLimit } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { capture, configReader, type Residency } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { Runner } from "@engine/runtime";
import { median } from "./median.ts";
import { argumentsOf, misused, unable } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/decode-bandwidth.js FOLDER [ROUNDS]
FOLDER: a model of the Llama family, made by make-model.js for example`;

/** Tokens decoded between two readings of the limit. */
const TOKENS = 4;

interface Row {
  readonly threads: number;
  readonly residency: Residency;
  readonly bytes: number;
  /** Seconds: of a token, and of reading the same matrices once; medians of turns. */
  readonly token: number;
  readonly read: number;
}

async function measure(folder: string, threads: number, residency: Residency, rounds: number): Promise<Row> {
  const { config, configPath, source } = await openCheckpoint(folder);
  const device = await cpuSimd.open({ threads });
  try {
    const graph = capture(llama, llama.parse(configReader(config, configPath)), source);
    const options = { maxTokens: 64, maxRows: 1, maxSequences: 1, kv: "f32" } as const;
    const program = compile(graph, source, device, options);
    const weights = await device.weights(source, program.weights, residency);
    await weights.settled?.();
    const groups = new Set(program.caches.map(({ group }) => group)).size;
    const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(16) };
    const plan = await device.plan(program, weights, await device.state(program, size));
    const runner = new Runner(program, plan, size);
    const sequence = runner.sequence();
    const prompt = Array.from({ length: 32 }, (_, i) => 100 + i);
    await runner.run([{ sequence, tokens: prompt, promptLength: 32, wanted: "last" }], {});
    const [tokens, reads]: number[][] = [[], []];
    for (let round = -1; round < rounds; round++) {
      const read = await readLimit(weights);
      const begin = performance.now();
      for (let i = 0; i < TOKENS; i++) await runner.run([{ sequence, tokens: [7 + i], wanted: "last" }], {});
      const token = (performance.now() - begin) / 1000 / TOKENS;
      // The first turn only warms up.
      if (round >= 0) {
        tokens!.push(token);
        reads!.push(read);
      }
    }
    const whole = program.weights.filter(({ access }) => access === "whole");
    const bytes = whole.reduce((sum, { encoding }) => sum + (encoding.parts.data?.bytes ?? 0), 0);
    return { threads, residency, bytes, token: median(tokens!), read: median(reads!) };
  } finally {
    await device.close();
    await source.close();
  }
}

async function main(): Promise<void> {
  const [folder, rounds = "9"] = argumentsOf(USAGE, {}).positionals;
  const why = cpuSimd.unavailable();
  if (why) unable(why);
  if (!folder || !(Number(rounds) >= 1)) misused(USAGE);
  const device = await cpuSimd.open();
  console.log(
    `${device.info.name}; medians of ${rounds} turns of ${TOKENS} tokens, each after a reading of the limit`,
  );
  await device.close();
  console.log("| threads | weights | read GB/s | decode GB/s | share | tokens/s |\n|-|-|-|-|-|-|");
  for (const residency of ["resident", "mapped"] as const) {
    for (const threads of [1, 2]) {
      const row = await measure(folder, threads, residency, Number(rounds));
      const rate = (seconds: number): string => (row.bytes / seconds / 1e9).toFixed(1);
      const share = `${((100 * row.read) / row.token).toFixed(0)} %`;
      const cells = [threads, residency, rate(row.read), rate(row.token), share, (1 / row.token).toFixed(2)];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

await main();
