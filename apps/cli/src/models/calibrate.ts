import { measureImportance } from "@engine/auto";
import type { Io } from "../io.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { openModel } from "./open-model.ts";
import { textToScore } from "./text-to-score.ts";

export interface CalibrationFlags {
  /** The file of the text. */
  readonly calibrate?: string;
  readonly split?: string;
  readonly threads?: number;
  readonly backend?: string;
  readonly plugin?: readonly string[];
}

/** Most tokens of one piece. */
const CONTEXT = 512;

/** How large the inputs of each weight are when the model reads the text that was given; undefined without one. */
export async function calibrated(
  io: Io,
  {
    model: path,
    flags,
    signal,
  }: { readonly model: string; readonly flags: CalibrationFlags; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Float32Array> | undefined> {
  const { calibrate, split, threads, backend, plugin } = flags;
  if (calibrate === undefined) return undefined;
  const modelFlags = {
    context: CONTEXT,
    ...(threads !== undefined && { threads }),
    ...(backend !== undefined && { backend }),
    ...(plugin && { plugin }),
  };
  await using model = await openModel(io, path, { flags: modelFlags, signal, taps: "inputs" });
  const pieces = await textToScore(model, calibrate, split === undefined ? {} : { split });
  using bar = new ProgressBar(io);
  return await measureImportance(model, pieces, { signal, onProgress: bar.update });
}
