import type { Model } from "@engine/auto";
import { philox, type StreamCounts } from "@engine/core";
import type { GenerateResult, StreamTimings } from "@engine/runtime";
import { EXIT, stoppedExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { withoutEnd } from "../models/answer-options.ts";
import { openModel } from "../models/open-model.ts";
import { peakRssBytes } from "../models/peak-memory.ts";
import { type Spread, spread } from "../models/spread.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { type Stopper, stopper, unlessStopped } from "../stopper.ts";
import { paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { showBytes, showDuration, showRate } from "../terminal/quantities.ts";
import { DISK_BOUND } from "../terminal/status-line.ts";
import { table } from "../terminal/table.ts";
import { UsageError } from "../usage-error.ts";

export interface BenchFlags extends ModelFlags {
  readonly promptTokens?: number;
  readonly genTokens?: number;
  readonly runs: number;
  readonly json?: boolean;
}

/** Equal prompts everywhere, so that two machines measure the same work. */
const SEED = 20_261_121;

export async function bench(
  io: Io,
  { model: path, flags }: { readonly model: string | undefined; readonly flags: BenchFlags },
): Promise<number> {
  using stop = stopper(io);
  // Awaited here: the stopper is released when this function ends.
  return await unlessStopped(stop, () => measure(io, { path, flags, stop }));
}

async function measure(
  io: Io,
  {
    path,
    flags,
    stop,
  }: { readonly path: string | undefined; readonly flags: BenchFlags; readonly stop: Stopper },
): Promise<number> {
  // Every run reads the same prompt, and whole.
  await using model = await openModel(io, path, {
    flags,
    signal: stop.signal,
    tokenizer: false,
    prefixCache: false,
  });
  const sizes = sizesFor(model.context, flags);
  const prompt = randomTokens(sizes.prompt, model.vocab);
  const options = {
    temperature: 0,
    maxTokens: sizes.answer,
    logitBias: withoutEnd(model),
    signal: stop.signal,
  };
  const results: GenerateResult[] = [];
  using bar = new ProgressBar(io);
  // The first run warms caches up and is not counted.
  for (let i = 0; i <= flags.runs; i++) {
    bar.update(i, flags.runs + 1, i === 0 ? "warming up" : `run ${i} of ${flags.runs}`);
    const result = await model.generate(prompt, options).result;
    if (stop.reason) return stoppedExitCode(stop.reason);
    if (i > 0) results.push(result);
  }
  bar.clear();
  const report = benchReport(model, { results, sizes });
  io.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(io, report));
  return EXIT.done;
}

function sizesFor(context: number, flags: BenchFlags): { prompt: number; answer: number } {
  const answer = flags.genTokens ?? Math.max(1, Math.min(128, Math.floor(context / 4)));
  const prompt = flags.promptTokens ?? Math.max(1, Math.min(512, context - answer));
  if (prompt + answer <= context) return { prompt, answer };
  throw new UsageError(
    `${prompt} prompt tokens and ${answer} generated ones do not fit the context of ${context}; make --prompt-tokens or --gen-tokens smaller, or --context larger.`,
  );
}

function randomTokens(count: number, vocab: number): number[] {
  return Array.from({ length: count }, (_, i) => philox([SEED, 0], [i, 0, 0, 0])[0]! % vocab);
}

function benchReport(
  model: Model,
  { results, sizes }: { results: readonly GenerateResult[]; sizes: { prompt: number; answer: number } },
) {
  const over = (pick: (timings: GenerateResult["timings"]) => number) =>
    spread(results.map(({ timings }) => pick(timings)));
  const prompt = over((timings) => timings.promptTokensPerSecond);
  const decode = over((timings) => timings.tokensPerSecond);
  const ttft = over((timings) => timings.ttftMs);
  const isStreamed = results.some(({ timings }) => timings.streamed);
  const reading = (pick: (streamed: StreamTimings) => number) =>
    over(({ streamed }) => (streamed ? pick(streamed) : 0)).median;
  const reader = model.stats().streamed?.reader;
  return {
    promptTokensPerSecond: prompt.median,
    tokensPerSecond: decode.median,
    ttftMs: ttft.median,
    ...(isStreamed && {
      streamed: {
        ...(reader && { reader }),
        bytesRead: reading((streamed) => streamed.bytesRead),
        bytesPerSecond: reading((streamed) => streamed.bytesPerSecond),
        stallShare: reading((streamed) => streamed.stallShare),
      },
    }),
    loadMs: model.loadMs,
    memory: { peakRssBytes: peakRssBytes(), weights: model.weights },
    spread: { promptTokensPerSecond: prompt, tokensPerSecond: decode, ttftMs: ttft },
    runs: results.length,
    promptTokens: sizes.prompt,
    /** Of them, what was not read anew in every run. */
    cachedTokens: Math.max(...results.map(({ usage }) => usage.cachedTokens)),
    genTokens: sizes.answer,
    model: model.name,
    architecture: model.architecture,
    backend: model.backend,
    device: model.device.name,
    context: model.context,
  };
}

function describe(io: Io, report: ReturnType<typeof benchReport>): string {
  const { bold, dim } = paint(io.stdout, io.env);
  const row = (what: string, { median, min, max }: Spread, show: (value: number) => string) => [
    what,
    show(median),
    `${show(min)} – ${show(max)}`,
  ];
  const perSecond = (value: number) => `${showRate(value)} tokens/s`;
  const { spread: over, memory, promptTokens, genTokens, runs } = report;
  const streamed: string[][] = report.streamed ? [streamedRow(report.streamed)] : [];
  const rows = [
    row(`prompt of ${promptTokens}`, over.promptTokensPerSecond, perSecond),
    row(`answer of ${genTokens}`, over.tokensPerSecond, perSecond),
    row("first token after", over.ttftMs, showDuration),
    ...streamed,
    ["loaded in", showDuration(report.loadMs)],
    [
      "memory at most",
      showBytes(memory.peakRssBytes),
      `weights ${showBytes(memory.weights.resident)} copied, ${showBytes(memory.weights.mapped)} mapped`,
    ],
  ];
  const heading = `${bold(report.model)} on ${report.backend}: ${report.device}\n`;
  return `${heading}${table(rows, { right: [1] })}${dim(`medians, least and most of ${runs} runs after one not counted`)}\n`;
}

function streamedRow({
  reader,
  bytesRead,
  bytesPerSecond,
  stallShare,
}: StreamTimings & Pick<StreamCounts, "reader">): string[] {
  const bound = stallShare > DISK_BOUND ? "; the disk is the bound" : "";
  const waited = `steps waited for ${(100 * stallShare).toFixed(0)} % of the time${bound}`;
  const read = `${showBytes(bytesRead)} in a run${reader ? ` by ${reader}` : ""}, ${waited}`;
  return ["weights read", `${showBytes(bytesPerSecond)}/s`, read];
}
