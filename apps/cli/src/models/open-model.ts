import type { Model } from "@engine/auto";
import type { Io } from "../io.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { residencyOptions } from "../options/residency-options.ts";
import { paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { chooseBackends, extensions } from "./extensions.ts";
import { keepHeapSmall } from "./small-heap.ts";

export interface OpenOptions {
  readonly flags: ModelFlags;
  readonly signal: AbortSignal;
  /** Traces that `logits` can hand out. */
  readonly taps?: "all" | "modules" | "inputs";
  /** False where prompts and answers are token ids. */
  readonly tokenizer?: boolean;
  /** Most rows of one step whose logits are wanted; 1 unless told. */
  readonly maxRows?: number;
  /** False where every prompt is to be read whole. */
  readonly prefixCache?: boolean;
}

/** Loads a model as the flags say, with a progress bar; tells the user what to know of it. Without a path: the demo. */
export async function openModel(io: Io, path: string | undefined, options: OpenOptions): Promise<Model> {
  const { flags, signal, taps, tokenizer = true, maxRows = 1, prefixCache = true } = options;
  if (flags.memoryBudget !== undefined) keepHeapSmall();
  const { AutoModel } = await import("@engine/engine");
  const found = await extensions(flags.plugin);
  const { registry, plugins } = found;
  const backend = await chooseBackends(found, flags.backend);
  const folder = path ?? (await demoModel(io));
  const { kv, activations, threads, context } = flags;
  const residency = residencyOptions(flags);
  using bar = new ProgressBar(io);
  const model = await AutoModel.load(folder, {
    registry,
    plugins,
    backend,
    signal,
    onProgress: bar.update,
    tokenizer,
    // One text is answered at a time, and one row of each step is asked for.
    sessions: 1,
    maxSequences: 1,
    maxRows,
    prefixCache,
    ...residency,
    ...(context !== undefined && { context }),
    ...(kv && { kv }),
    ...(activations && { activations }),
    ...(threads !== undefined && { threads }),
    ...(taps && { taps }),
  });
  bar.clear();
  tellAbout(io, model, flags);
  return model;
}

function tellAbout(io: Io, model: Model, { verbose }: ModelFlags): void {
  const { dim } = paint(io.stderr, io.env);
  const lines = model.notes.map((note) => `note: ${note}`);
  if (verbose) {
    const { name, architecture, backend, device, context, loadMs } = model;
    lines.push(
      `${name}: ${architecture} on ${backend} (${device.name}), context ${context}, ${Math.round(loadMs)} ms`,
    );
  }
  for (const line of lines) io.stderr.write(`${dim(line)}\n`);
}

async function demoModel(io: Io): Promise<string> {
  const { description, modelPath } = await import("@engine/model-demo");
  const { dim } = paint(io.stderr, io.env);
  io.stderr.write(`${dim(`No model given, so this is the demo model: ${description.summary}.`)}\n`);
  return modelPath;
}
