import { measurePerplexity } from "@engine/auto";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { openModel } from "../models/open-model.ts";
import { peakRssBytes } from "../models/peak-memory.ts";
import { readingOptions, textToScore } from "../models/text-to-score.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import type { TextFlags } from "../options/text-flags.ts";
import { stopper, unlessStopped } from "../stopper.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { showDuration, showRate } from "../terminal/quantities.ts";

export interface PerplexityFlags extends ModelFlags, TextFlags {
  readonly json?: boolean;
}

interface Wish {
  readonly model: string;
  readonly file: string;
  readonly flags: PerplexityFlags;
}

export async function perplexity(io: Io, wish: Wish): Promise<number> {
  using stop = stopper(io);
  return await unlessStopped(stop, () => measure(io, wish, stop.signal));
}

async function measure(io: Io, { model: path, file, flags }: Wish, signal: AbortSignal): Promise<number> {
  await using model = await openModel(io, path, { ...readingOptions(flags), signal });
  const pieces = await textToScore(model, file, flags);
  using bar = new ProgressBar(io);
  const start = performance.now();
  const result = await measurePerplexity(model, pieces, { signal, onProgress: bar.update });
  const seconds = (performance.now() - start) / 1000;
  bar.clear();
  const { name, architecture, backend, device, context } = model;
  const report = {
    ...result,
    seconds,
    tokensPerSecond: result.tokens / seconds,
    loadMs: model.loadMs,
    memory: { peakRssBytes: peakRssBytes(), weights: model.weights },
    model: name,
    architecture,
    backend,
    device: device.name,
    context,
  };
  const { tokens, standardError } = result;
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(report)}\n`
      : `perplexity ${result.perplexity.toFixed(4)} ± ${standardError.toFixed(4)}\n${tokens} tokens predicted in ${result.pieces} pieces, ${showDuration(seconds * 1000)} at ${showRate(report.tokensPerSecond)} tokens/s\n`,
  );
  return EXIT.done;
}
