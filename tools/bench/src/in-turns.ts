import { fork } from "node:child_process";
import { once } from "node:events";
import { type LoadOptions, load } from "@engine/engine";
import { median } from "./median.ts";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/in-turns.js MODEL --with '{"residency":"resident"}' --with '{"memoryBudget":1700000000}' [--tokens 16] [--prompt 8] [--turns 9]
Loads the model once for each --with, options of load(), in a process of its own, which all stay; then they answer in short turns, so that a slow
minute of the machine meets all. Ratios are medians of the ratios within a turn, to the first.`;

interface Turn {
  readonly tokensPerSecond: number;
  readonly promptPerSecond: number;
  readonly processorMs: number;
  readonly switches: number;
  readonly megabytesPerSecond: number;
  readonly peakMegabytes: number;
}

interface Sizes {
  readonly model: string;
  readonly options: LoadOptions;
  readonly tokens: number;
  readonly prompt: number;
}

async function child({ model: path, options, tokens, prompt }: Sizes): Promise<void> {
  const context = 64 * Math.ceil((prompt + tokens + 16) / 64);
  await using model = await load(path, { context, sessions: 1, prefixCache: false, threads: 2, ...options });
  const ends = model.generationConfig.eosTokenIds;
  const logitBias = Object.fromEntries(ends.map((end) => [end, Number.NEGATIVE_INFINITY]));
  const answer = async (seed: number): Promise<Turn> => {
    const ids = Array.from(
      { length: prompt },
      (_, i) => 5 + (((i + 1000 * seed) * 2654435761) % (model.vocab - 5)),
    );
    const [before, read] = [process.resourceUsage(), model.stats().streamed];
    const { timings } = await model.generate(ids, { maxTokens: tokens + 1, temperature: 1, seed, logitBias })
      .result;
    const [after, readAfter] = [process.resourceUsage(), model.stats().streamed];
    const spent = (...keys: (keyof NodeJS.ResourceUsage)[]): number =>
      keys.reduce((sum, key) => sum + after[key] - before[key], 0) / (tokens + 1);
    const bytes = (readAfter?.bytesRead ?? 0) - (read?.bytesRead ?? 0);
    return {
      tokensPerSecond: timings.tokensPerSecond,
      promptPerSecond: timings.promptTokensPerSecond,
      processorMs: spent("userCPUTime", "systemCPUTime") / 1000,
      switches: spent("voluntaryContextSwitches", "involuntaryContextSwitches"),
      megabytesPerSecond: bytes / 1000 / (timings.promptMs + timings.decodeMs),
      peakMegabytes: after.maxRSS / 1000,
    };
  };
  await answer(0);
  process.send!("ready");
  for (;;) {
    const [seed] = (await once(process, "message")) as [number];
    process.send!(await answer(seed));
  }
}

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    with: { type: "string", multiple: true, default: [] },
    tokens: { type: "string", default: "16" },
    prompt: { type: "string", default: "8" },
    turns: { type: "string", default: "9" },
    child: { type: "boolean", default: false },
  });
  const [model] = positionals;
  const [tokens, prompt, turns] = [values.tokens, values.prompt, values.turns].map(Number) as [
    number,
    number,
    number,
  ];
  if (!model || values.with.length === 0) misused(USAGE);
  if (values.child) return child({ model, options: JSON.parse(values.with[0]!), tokens, prompt });
  const sizes = [`--tokens=${tokens}`, `--prompt=${prompt}`];
  const kinds: { options: string; process: ReturnType<typeof fork>; found: Turn[] }[] = [];
  for (const options of values.with) {
    const process_ = fork(process.argv[1]!, [model, "--child", "--with", options, ...sizes]);
    await once(process_, "message");
    kinds.push({ options, process: process_, found: [] });
  }
  for (let turn = 0; turn < turns; turn++) {
    // Nobody is always the first.
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[(i + turn) % kinds.length]!;
      kind.process.send(turn + 1);
      kind.found.push(((await once(kind.process, "message")) as [Turn])[0]);
    }
  }
  for (const kind of kinds) kind.process.kill();
  console.log(
    "| options | tokens/s | ratio | least, most | prompt tokens/s | ratio | processor ms a step | switches | MB/s | peak RSS MB |\n|-|-|-|-|-|-|-|-|-|-|",
  );
  for (const { options, found } of kinds) {
    const of = (key: keyof Turn): number => median(found.map((one) => one[key]));
    const ratios = (key: "tokensPerSecond" | "promptPerSecond"): number[] =>
      found.map((one, turn) => one[key] / kinds[0]!.found[turn]![key]);
    const all = ratios("tokensPerSecond");
    const cells = [
      options,
      of("tokensPerSecond").toFixed(2),
      median(all).toFixed(3),
      `${Math.min(...all).toFixed(2)}, ${Math.max(...all).toFixed(2)}`,
      of("promptPerSecond").toFixed(1),
      median(ratios("promptPerSecond")).toFixed(2),
      of("processorMs").toFixed(1),
      of("switches").toFixed(0),
      of("megabytesPerSecond").toFixed(0),
      Math.max(...found.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

await main();
