import type { Model } from "@engine/auto";
import { createSafetensors, type SafetensorsWriter, type TensorSpec } from "@engine/loader";
import type { Io } from "../io.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";

export interface WriteLogitsOptions {
  readonly file: string;
  readonly ids: readonly number[];
  /** What to write beside the logits; the model must have been loaded with these traces. */
  readonly traces: "none" | "layers" | "modules";
  readonly signal: AbortSignal;
}

/**
 * f32 `logits` [tokens, vocab]; with layers also `layer{i}` [tokens, width], with modules what each module of the
 * checkpoint gives, under its path. The file appears when it is whole.
 */
export async function writeLogits(
  io: Io,
  model: Pick<Model, "logits" | "vocab">,
  { file, ids, traces, signal }: WriteLogitsOptions,
): Promise<void> {
  using bar = new ProgressBar(io);
  const specs = new Map<string, TensorSpec>();
  const early: (readonly [name: string, values: Float32Array])[] = [];
  let writer: Promise<SafetensorsWriter> | undefined;
  const failures: unknown[] = [];
  const put = (name: string, width: number, values: Float32Array): void => {
    if (!specs.has(name)) specs.set(name, { name, dtype: "f32", shape: [ids.length, width] });
    // The model uses its array again.
    early.push([name, values.slice()]);
  };
  // All tensors must be known before the first is written; the traces of a step come before its logits.
  const flush = (): void => {
    writer ??= createSafetensors(file, specs.values());
    const pieces = early.splice(0);
    const written = writer.then((open) =>
      Promise.all(pieces.map(([name, values]) => open.write(name, values))),
    );
    written.catch((error) => failures.push(error));
  };
  try {
    await model.logits(ids, {
      signal,
      onProgress: bar.update,
      ...(traces !== "none" && { taps: "all" as const }),
      onTap(name, _, values, width) {
        if (traces === "modules" || /^layer\d+$/.test(name)) put(name, width, values);
      },
      onRow(_, logits) {
        put("logits", model.vocab, logits);
        flush();
      },
    });
    await (await writer)?.finish();
  } catch (error) {
    await writer?.then(
      (open) => open.discard(),
      () => {},
    );
    throw failures[0] ?? error;
  }
}
