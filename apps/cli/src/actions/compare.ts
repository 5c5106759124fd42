import { type Comparison, compareModels } from "@engine/auto";
import { type Activations, type CacheDType, EngineError } from "@engine/core";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { openModel } from "../models/open-model.ts";
import { peakRssBytes } from "../models/peak-memory.ts";
import { readingOptions, textToScore } from "../models/text-to-score.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import type { TextFlags } from "../options/text-flags.ts";
import { stopper, unlessStopped } from "../stopper.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { table } from "../terminal/table.ts";

export interface CompareFlags extends ModelFlags, TextFlags {
  readonly json?: boolean;
  readonly referenceKv?: CacheDType;
  readonly referenceActivations?: Activations;
}

interface Wish {
  readonly reference: string;
  readonly model: string;
  readonly file: string;
  readonly flags: CompareFlags;
}

export async function compare(io: Io, wish: Wish): Promise<number> {
  using stop = stopper(io);
  return await unlessStopped(stop, () => measure(io, wish, stop.signal));
}

async function measure(io: Io, wish: Wish, signal: AbortSignal): Promise<number> {
  const { file, flags } = wish;
  const options = { ...readingOptions(flags), signal };
  const { referenceKv: kv, referenceActivations: activations } = flags;
  const first = { ...options, flags: { ...flags, ...(kv && { kv }), ...(activations && { activations }) } };
  await using reference = await openModel(io, wish.reference, first);
  await using model = await openModel(io, wish.model, options);
  const cut = Math.min(reference.context, model.context);
  const pieces = await textToScore({ ...pick(reference), context: cut }, file, flags);
  if (model.tokenizer) {
    const own = await textToScore({ ...pick(model), context: cut }, file, flags);
    if (!same(pieces, own)) {
      throw new EngineError(
        "bad-option",
        `${wish.reference} and ${wish.model} read the text as different tokens; only models of one tokenizer can be compared.`,
      );
    }
  }
  using bar = new ProgressBar(io);
  const result = await compareModels(reference, model, { pieces, signal, onProgress: bar.update });
  bar.clear();
  const report = {
    ...result,
    reference: reference.name,
    model: model.name,
    backend: model.backend,
    device: model.device.name,
    context: cut,
    memory: { peakRssBytes: peakRssBytes() },
  };
  io.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(result, wish));
  return EXIT.done;
}

function pick({ tokenizer, folder }: Awaited<ReturnType<typeof openModel>>) {
  return { folder, ...(tokenizer && { tokenizer }) };
}

function same(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean {
  return (
    a.length === b.length &&
    a.every((ids, i) => ids.length === b[i]!.length && ids.every((id, j) => id === b[i]![j]))
  );
}

function describe(
  { kl, topAgreement, perplexity: [first, second], tokens, pieces }: Comparison,
  { reference, model }: Wish,
): string {
  const rows = [
    ["KL divergence", kl.mean.toPrecision(4), `mean, in nats; median ${kl.median.toPrecision(3)}`],
    ["", kl.p99.toPrecision(4), "99 % are below"],
    ["", kl.max.toPrecision(4), "largest"],
    ["same top token", `${(topAgreement * 100).toFixed(2)} %`, ""],
    ["perplexity", first.toFixed(4), reference],
    [
      "",
      second.toFixed(4),
      `${model} (${second < first ? "" : "+"}${((second / first - 1) * 100).toFixed(2)} %)`,
    ],
  ];
  return `${table(rows, { right: [1] })}${tokens} tokens predicted in ${pieces} pieces\n`;
}
