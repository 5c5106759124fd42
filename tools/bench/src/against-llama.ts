import { execFile } from "node:child_process";
import { basename } from "node:path";
import { parseArgs, promisify } from "node:util";
import { llama } from "@engine/arch-llama";
import { qwen } from "@engine/arch-qwen";
import { cpuSimd, multiplyLimit, readLimit } from "@engine/backend-cpu-simd";
import { compile } from "@engine/compiler";
import { type Activations, capture } from "@engine/core";
import { ggufFacts, openCheckpoint, readGgufAs } from "@engine/loader";
import { Runner } from "@engine/runtime";

const USAGE = `Usage: node tools/bench/dist/against-llama.js LLAMA_BENCH FILE.gguf… [--threads 1,2] [--rounds 3] [--prompt 512] [--tokens 16] [--activations int8|f32]
LLAMA_BENCH: llama.cpp's program; tools/bench/build-llama.sh builds it. make-gguf.js makes files.`;

const run = promisify(execFile);

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
  /** What decode would be if nothing but reading its weights took time. */
  readonly limit: number;
  /** What prefill would be if nothing but its multiplications took time, at the rate the processor does them. */
  readonly multiplyLimit: number;
}

/** How a file's codes are multiplied, named after its largest type. */
function kindOf(types: readonly string[], activations: Activations): Parameters<typeof multiplyLimit>[1] {
  if (activations === "f32" || types.some((type) => type === "bf16" || type === "f16")) return "f32";
  return types.every((type) => type === "q8_0") ? "codes8" : "codes4";
}

async function ours(file: string, { threads, prompt, tokens, activations }: Task): Promise<Ours> {
  const { gguf } = await openCheckpoint(file);
  if (!gguf) throw new Error(`${file} is no GGUF file.`);
  const { name } = ggufFacts(gguf);
  const device = await cpuSimd.open({ threads });
  try {
    const family = [llama, qwen].find(({ gguf: reading }) => reading?.architectures.includes(name));
    if (!family?.gguf) throw new Error(`${file}: this bench knows no ${name}.`);
    const { config, source } = await readGgufAs(family.gguf, gguf);
    const graph = capture(
      family as typeof llama,
      family.parse(config) as ReturnType<typeof llama.parse>,
      source,
    );
    const options = { maxTokens: prompt, maxRows: 1, maxSequences: 1, kv: "f32", activations } as const;
    const program = compile(graph, source, device, options);
    const begin = performance.now();
    const weights = await device.weights(source, program.weights, "resident");
    const groups = new Set(program.caches.map(({ group }) => group)).size;
    const blocks = Math.ceil((prompt + 2 * tokens + 2) / 32) + 1;
    const size = { blockTokens: 32, blocks: new Array<number>(groups).fill(blocks) };
    const plan = await device.plan(program, weights, await device.state(program, size));
    const runner = new Runner(program, plan, size);
    const short = runner.sequence();
    await runner.run([{ sequence: short, tokens: [1], wanted: "last" }], {});
    const loadMs = performance.now() - begin;
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const begin = performance.now();
      await work();
      return (performance.now() - begin) / 1000;
    };
    // Short texts, as llama-bench decodes.
    const decode = await timed(async () => {
      for (let i = 0; i < tokens; i++)
        await runner.run([{ sequence: short, tokens: [7 + i], wanted: "last" }], {});
    });
    const read = await readLimit(weights);
    const matrices = program.weights
      .filter(({ access }) => access === "whole")
      .map(({ encoding }) => encoding);
    const kind = kindOf(
      matrices.map(({ type }) => type),
      activations,
    );
    // The head is the matrix of most outputs, and only the last row meets it.
    const sizes = matrices.map(({ shape }) => shape.reduce((product, dim) => product * dim, 1));
    const head = Math.max(...matrices.map(({ shape }) => shape[0]!));
    const each = sizes.reduce((sum, size, i) => sum + (matrices[i]!.shape[0] === head ? 0 : size), 0);
    short.clear();
    const long = runner.sequence();
    const ids = Array.from({ length: prompt }, (_, i) => 100 + i);
    const prefill = await timed(() =>
      runner.run([{ sequence: long, tokens: ids, promptLength: prompt, wanted: "last" }], {}),
    );
    const peak = await multiplyLimit(device, kind);
    return {
      prefill: prompt / prefill,
      decode: tokens / decode,
      loadMs,
      limit: 1 / read,
      multiplyLimit: peak / (2 * each),
    };
  } finally {
    await device.close();
    await gguf.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: "3" },
      prompt: { type: "string", default: "512" },
      tokens: { type: "string", default: "16" },
      activations: { type: "string", default: "int8" },
    },
  });
  const [program, ...files] = positionals;
  const why = cpuSimd.unavailable();
  if (!program || files.length === 0 || why) {
    console.error(why ?? USAGE);
    process.exitCode = why ? 1 : 2;
    return;
  }
  const activations: Activations = values.activations === "f32" ? "f32" : "int8";
  console.log(
    "| file | threads | prefill | llama.cpp | ratio | of the multiply limit | decode | llama.cpp | ratio | of the read limit | load ms |\n|-|-|-|-|-|-|-|-|-|-|-|",
  );
  for (const file of files) {
    for (const threads of values.threads.split(",").map(Number)) {
      const task = { threads, prompt: Number(values.prompt), tokens: Number(values.tokens), activations };
      const [a, b]: [Ours[], Rates[]] = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        b.push(await theirs(program, file, task));
        a.push(await ours(file, task));
      }
      const of = <T>(rows: readonly T[], key: (row: T) => number): number => median(rows.map(key));
      const cells = [basename(file), threads];
      for (const key of ["prefill", "decode"] as const) {
        const [mine, other] = [of(a, (row) => row[key]), of(b, (row) => row[key])];
        // Ratios of neighbours: a slow minute meets both.
        const ratio = median(a.map((row, i) => row[key] / b[i]![key]));
        const limit = key === "prefill" ? "multiplyLimit" : "limit";
        const share = `${(100 * of(a, (row) => row[key] / row[limit])).toFixed(0)} %`;
        cells.push(mine.toFixed(1), other.toFixed(1), ratio.toFixed(2), share);
      }
      cells.push(of(a, ({ loadMs }) => loadMs).toFixed(0));
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

await main();
