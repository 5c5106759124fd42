import { cpuSimd } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { capture } from "@engine/core";
import { findArchitecture, registry } from "@engine/engine";
import { openCheckpoint } from "@engine/loader";
import { Runner } from "@engine/runtime";
import { matmulWork } from "./matmul-work.ts";
import { median } from "./median.ts";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/skipped-work.js FOLDER [TOKENS] [ROUNDS]
How much of a prompt's work is left out because only its last row is wanted.`;

async function prompts(folder: string, all: boolean, tokens: number) {
  const { config, configPath, source } = await openCheckpoint(folder);
  const found = await findArchitecture(config, { registry: registry(), where: configPath });
  const device = await cpuSimd.open();
  const parsed = found.architecture.parse(found.config);
  // A trace of the last norm keeps every row until the end: what a compiler without the pass would run.
  const graph = capture(found.architecture, parsed, source, all ? { taps: ["final"] } : {});
  const program = compile(graph, source, device, {
    maxTokens: tokens,
    maxRows: 1,
    maxSequences: 1,
    kv: "f32",
  });
  const weights = await device.weights(source, program.weights, "auto");
  await weights.settled?.();
  const groups = new Set(program.caches.map(({ group }) => group)).size;
  const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(Math.ceil(tokens / 32)), slots: 2 };
  const plan = await device.plan(program, weights, await device.state(program, size));
  const runner = new Runner(program, plan, size);
  const ids = Array.from({ length: tokens }, (_, i) => 3 + (i % 200));
  return {
    program,
    async seconds(): Promise<number> {
      const sequence = runner.sequence();
      const begin = performance.now();
      await runner.run([{ sequence, tokens: ids, promptLength: tokens, wanted: "last" }], {});
      const took = (performance.now() - begin) / 1000;
      sequence.clear();
      return took;
    },
    async close(): Promise<void> {
      await device.close();
      await source.close();
    },
  };
}

async function main(): Promise<void> {
  const [folder, tokens = "256", rounds = "9"] = argumentsOf(USAGE, {}).positionals;
  if (!folder || !(Number(tokens) >= 1) || !(Number(rounds) >= 1)) misused(USAGE);
  const [skipping, whole] = [
    await prompts(folder, false, Number(tokens)),
    await prompts(folder, true, Number(tokens)),
  ];
  const [less, more]: number[][] = [[], []];
  for (let round = 0; round < Number(rounds); round++) {
    less!.push(await skipping.seconds());
    more!.push(await whole.seconds());
  }
  const [kept, all] = [matmulWork(skipping.program), matmulWork(whole.program)];
  const share = (100 * kept.tokens) / all.tokens;
  console.log(`${folder}: ${tokens} tokens, medians of ${rounds} turns`);
  console.log(
    `multiply-adds of a row that is not wanted: ${kept.tokens} of ${all.tokens} (${share.toFixed(0)} %)`,
  );
  const [a, b] = [median(less!), median(more!)];
  console.log(
    `prompt: ${(1000 * a).toFixed(2)} ms against ${(1000 * b).toFixed(2)} ms, ${(b / a).toFixed(2)} times as fast`,
  );
  await skipping.close();
  await whole.close();
}

await main();
