import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Residency, StreamReader } from "@engine/core";
import { load } from "@engine/engine";
import { ENGINES, type Engine, fioRate } from "./fio-rate.ts";
import { median } from "./median.ts";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/streaming.js FOLDER [--budget BYTES|124MB|4GiB] [--io direct|cached] [--reader threads,io_uring] [--rows 1,8] [--prompt 8] [--tokens 8] [--rounds 3] [--warm 2] [--residency resident|mapped|auto] [--fio]
Each round is a process of its own, which loads the model and answers: --rows answers at once, by each --reader in turns.
--budget is for the whole process, as --memory-budget is. --warm: tokens of an answer before, 0 where a step takes a minute. --fio reads the same file with fio before each round.`;

const READERS: readonly StreamReader[] = ["threads", "io_uring"];

const run = promisify(execFile);

interface Options {
  readonly folder: string;
  readonly budget: number | undefined;
  readonly io: "direct" | "cached" | undefined;
  readonly reader: StreamReader | undefined;
  readonly residency: Residency | undefined;
  readonly rows: number;
  readonly prompt: number;
  readonly tokens: number;
  readonly warm: number;
}

/** What one process measured. */
interface Round {
  readonly decode: number;
  readonly prefill: number;
  readonly bytesPerToken: number;
  /** Of the decoded tokens alone: bytes over the whole time. */
  readonly bytesPerSecond: number;
  readonly stallShare: number;
  /** Of all threads, and how often one of them gave its core up, for each decoded step. */
  readonly processorMs: number;
  readonly switches: number;
  readonly reader: string;
  readonly expertReads: number | undefined;
  readonly peakRss: number;
  readonly weights: { readonly resident: number; readonly mapped: number; readonly streamed?: number };
}

async function round({
  folder,
  budget,
  residency,
  io,
  reader,
  rows,
  prompt,
  tokens,
  warm,
}: Options): Promise<Round> {
  await using model = await load(folder, {
    context: 64 * Math.ceil((prompt + tokens + 16) / 64),
    sessions: rows,
    maxSequences: rows,
    prefixCache: false,
    ...(budget !== undefined && { memoryBudget: budget }),
    ...(residency && { residency }),
    ...(io && { io }),
    ...(reader && { reader }),
  });
  const ends = model.generationConfig.eosTokenIds;
  const logitBias = Object.fromEntries(ends.map((end) => [end, Number.NEGATIVE_INFINITY]));
  const id = (seed: number): number => 5 + ((seed * 2654435761) % (model.vocab - 5));
  const answers = async (most: number, salt: number) => {
    const [begin, used] = [performance.now(), process.resourceUsage()];
    const [streamed, results] = [
      model.stats().streamed,
      await Promise.all(
        Array.from({ length: rows }, (_, who) => {
          const ids = Array.from({ length: prompt }, (_, i) => id(i + 1000 * (who + 100 * salt)));
          return model.generate(ids, { maxTokens: most, temperature: 1, seed: who, logitBias }).result;
        }),
      ),
    ];
    const [after, usedAfter] = [model.stats().streamed, process.resourceUsage()];
    const seconds = (performance.now() - begin) / 1000;
    const spent = (...keys: (keyof NodeJS.ResourceUsage)[]): number =>
      keys.reduce((sum, key) => sum + usedAfter[key] - used[key], 0);
    const processorMs = spent("userCPUTime", "systemCPUTime") / 1000;
    const switches = spent("voluntaryContextSwitches", "involuntaryContextSwitches");
    const since = (key: "bytesRead" | "stallSeconds" | "expertReads" | "expertUses"): number =>
      (after?.[key] ?? 0) - (streamed?.[key] ?? 0);
    return { seconds, results, since, processorMs, switches };
  };
  // Warm: threads, pages, frames.
  if (warm > 0) await answers(warm, 0);
  const first = await answers(1, 1);
  const all = await answers(tokens + 1, 2);
  const seconds = all.seconds - first.seconds;
  const bytes = all.since("bytesRead") - first.since("bytesRead");
  const uses = all.since("expertUses") - first.since("expertUses");
  return {
    decode: (rows * tokens) / seconds,
    prefill: (rows * prompt) / first.seconds,
    bytesPerToken: bytes / tokens,
    bytesPerSecond: bytes / seconds,
    stallShare: (all.since("stallSeconds") - first.since("stallSeconds")) / seconds,
    processorMs: (all.processorMs - first.processorMs) / tokens,
    switches: (all.switches - first.switches) / tokens,
    reader: model.stats().streamed?.reader ?? "–",
    expertReads: uses > 0 ? (all.since("expertReads") - first.since("expertReads")) / uses : undefined,
    peakRss: process.resourceUsage().maxRSS * 1024,
    weights: model.weights,
  };
}

function bytesOf(text: string): number {
  const [, number, unit = ""] = /^([\d.]+)(MB|GB|MiB|GiB)?$/.exec(text) ?? [];
  const factors: Readonly<Record<string, number>> = { "": 1, MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 };
  return Number(number) * factors[unit]!;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    budget: { type: "string" },
    io: { type: "string" },
    reader: { type: "string", default: "" },
    residency: { type: "string" },
    rows: { type: "string", default: "1" },
    prompt: { type: "string", default: "8" },
    tokens: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    warm: { type: "string", default: "2" },
    fio: { type: "boolean", default: false },
    child: { type: "boolean", default: false },
  });
  const [folder] = positionals;
  const io = (["direct", "cached"] as const).find((one) => one === values.io);
  const residency = (["resident", "mapped", "auto"] as const).find((one) => one === values.residency);
  if (!folder || (values.io && !io) || (values.residency && !residency)) misused(USAGE);
  const [prompt, tokens, warm] = [values.prompt, values.tokens, values.warm].map(Number) as [
    number,
    number,
    number,
  ];
  const budget = values.budget === undefined ? undefined : bytesOf(values.budget);
  if (values.child) {
    const reader = READERS.find((one) => one === values.reader);
    const options = {
      folder,
      budget,
      io,
      reader,
      residency,
      rows: Number(values.rows),
      prompt,
      tokens,
      warm,
    };
    console.log(JSON.stringify(await round(options)));
    return;
  }
  const file = readdirSync(folder).find((name) => /\.(safetensors|gguf)$/.test(name))!;
  const rates = new Map<Engine, number[]>();
  const kinds = values.rows
    .split(",")
    .flatMap((rows) => values.reader.split(",").map((reader) => ({ rows, reader, found: [] as Round[] })));
  for (let i = 0; i < Number(values.rounds); i++) {
    // In turns, so that a slow minute of the disk meets all.
    for (const engine of values.fio ? (Object.keys(ENGINES) as Engine[]) : []) {
      const rate = await fioRate(join(folder, file), engine);
      if (rate) rates.set(engine, [...(rates.get(engine) ?? []), rate]);
    }
    for (const { rows, reader, found } of kinds) {
      const flags = process.argv.slice(2).flatMap((flag) => (flag === "--fio" ? [] : [flag]));
      const own = [process.argv[1]!, ...flags, "--child", "--rows", rows, "--reader", reader];
      const { stdout } = await run(process.execPath, [...process.execArgv, ...own]);
      found.push(JSON.parse(stdout) as Round);
    }
  }
  for (const [engine, found] of rates)
    console.log(`fio, ${engine}: ${megabytes(median(found))} MB/s (${found.map(megabytes).join(", ")})`);
  console.log(
    "| rows | reader | decode tokens/s | prefill tokens/s | MB read a token | MB/s | waiting | processor ms a step | switches | expert reads | peak RSS MB | resident, streamed MB |\n|-|-|-|-|-|-|-|-|-|-|-|-|",
  );
  for (const { rows, found } of kinds) {
    const of = (key: Exclude<keyof Round, "reader" | "weights" | "expertReads">): number =>
      median(found.map((one) => one[key]));
    const experts = found.map(({ expertReads }) => expertReads ?? Number.NaN);
    const { resident, streamed = 0 } = found[0]!.weights;
    const cells = [
      rows,
      found[0]!.reader,
      of("decode").toFixed(2),
      of("prefill").toFixed(1),
      (of("bytesPerToken") / 1e6).toFixed(1),
      megabytes(of("bytesPerSecond")),
      `${(100 * of("stallShare")).toFixed(0)} %`,
      of("processorMs").toFixed(1),
      of("switches").toFixed(0),
      Number.isNaN(experts[0]) ? "–" : `${(100 * median(experts)).toFixed(0)} %`,
      megabytes(Math.max(...found.map(({ peakRss }) => peakRss))),
      `${megabytes(resident)}, ${megabytes(streamed)}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

await main();
