import type { QuantizedModel, QuantType } from "@engine/loader";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { calibrated } from "../models/calibrate.ts";
import { peakRssBytes } from "../models/peak-memory.ts";
import { Stopped, stopper, unlessStopped } from "../stopper.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { progressText, showBytes, showDuration } from "../terminal/quantities.ts";

export interface QuantizeFlags {
  readonly type: QuantType;
  readonly group?: number;
  readonly embeddings?: QuantType | "keep";
  readonly lmHead?: QuantType | "keep";
  readonly threads?: number;
  readonly calibrate?: string;
  readonly split?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface Wish {
  readonly source: string;
  readonly destination: string;
  readonly flags: QuantizeFlags;
}

export async function quantize(io: Io, { source, destination, flags }: Wish): Promise<number> {
  const { quantizeModel } = await import("@engine/loader");
  const { backends, rounding } = await import("@engine/engine");
  const { type, group, embeddings, lmHead, threads } = flags;
  using stop = stopper(io);
  using bar = new ProgressBar(io);
  const start = performance.now();
  try {
    const result = await unlessStopped(stop, async () => {
      const importance = await calibrated(io, { model: source, flags, signal: stop.signal });
      return await quantizeModel(source, destination, {
        type,
        group,
        embeddings,
        lmHead,
        threads,
        rounding: rounding(backends()),
        signal: stop.signal,
        ...(importance && { importance }),
        onProgress: (progress) => bar.update(progress.done, progress.total, progressText(progress)),
      });
    });
    bar.clear();
    const seconds = (performance.now() - start) / 1000;
    const report = { ...result, seconds, memory: { peakRssBytes: peakRssBytes() } };
    io.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(result, seconds));
    return EXIT.done;
  } catch (error) {
    bar.clear();
    if (error instanceof Stopped && error.reason !== "closed") {
      io.stderr.write("Stopped; finished files are kept. The same command goes on from there.\n");
    }
    throw error;
  }
}

function describe(
  { folder, bytes, sourceBytes, resumedBytes, ragged }: QuantizedModel,
  seconds: number,
): string {
  const share = `${showBytes(bytes)}, ${Math.round((bytes / sourceBytes) * 100)} % of ${showBytes(sourceBytes)}`;
  const earlier = resumedBytes > 0 ? ` (${showBytes(resumedBytes)} came from an earlier run)` : "";
  const lines = [`${folder}: ${share}, in ${showDuration(seconds * 1000)}${earlier}`];
  if (ragged.length > 0) {
    const more = ragged.length > 1 ? ` and ${ragged.length - 1} more` : "";
    lines.push(`Not quantized, as their rows are no whole number of groups: ${ragged[0]}${more}`);
  }
  return `${lines.join("\n")}\n`;
}
