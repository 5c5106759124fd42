import type { Model } from "@engine/auto";
import type { Backend } from "@engine/core";
import type { Io } from "../io.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { UsageError } from "../usage-error.ts";
import { contextWithin } from "./context-within.ts";
import { type Extensions, extensions } from "./extensions.ts";

export interface OpenOptions {
  readonly flags: ModelFlags;
  readonly signal: AbortSignal;
  /** Traces that `logits` can hand out. */
  readonly taps?: "all";
}

/** Loads a model as the flags say, with a progress bar; tells the user what to know of it. Without a path: the demo. */
export async function openModel(io: Io, path: string | undefined, options: OpenOptions): Promise<Model> {
  const { flags, signal, taps } = options;
  const { AutoModel } = await import("@engine/engine");
  const { registry, backends } = await extensions(flags.plugin);
  const backend = chooseBackends(backends, flags.backend);
  const folder = path ?? (await demoModel(io));
  const { residency, kv, threads, memoryBudget } = flags;
  const context =
    memoryBudget === undefined
      ? flags.context
      : await contextWithin(memoryBudget, { path: folder, registry, kv, context: flags.context });
  using bar = new ProgressBar(io);
  const model = await AutoModel.load(folder, {
    registry,
    backend,
    signal,
    onProgress: bar.update,
    sessions: 1,
    ...(context !== undefined && { context }),
    ...(residency && { residency }),
    ...(kv && { kv }),
    ...(threads !== undefined && { threads }),
    ...(taps && { taps }),
  });
  bar.clear();
  tellAbout(io, model, flags);
  return model;
}

function chooseBackends(backends: Extensions["backends"], name: string | undefined): Backend | readonly Backend[] {
  if (name === undefined) return backends;
  const found = backends.find((backend) => backend.name === name);
  if (found) return found;
  const known = backends.map((backend) => backend.name).join(", ");
  throw new UsageError(`--backend ${name}: there is no such backend here; there are ${known}.`);
}

function tellAbout(io: Io, model: Model, { verbose }: ModelFlags): void {
  const { dim } = paint(io.stderr, io.env);
  const lines = model.notes.map((note) => `note: ${note}`);
  if (verbose) {
    const { name, architecture, backend, device, context, loadMs } = model;
    lines.push(`${name}: ${architecture} on ${backend} (${device.name}), context ${context}, ${Math.round(loadMs)} ms`);
  }
  for (const line of lines) io.stderr.write(`${dim(line)}\n`);
}

async function demoModel(io: Io): Promise<string> {
  const { description, modelPath } = await import("@engine/model-demo");
  const { dim } = paint(io.stderr, io.env);
  io.stderr.write(`${dim(`No model given, so this is the demo model: ${description.summary}.`)}\n`);
  return modelPath;
}
