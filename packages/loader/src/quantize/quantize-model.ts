import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EngineError, type Watch } from "@engine/core";
import { requireSpace } from "../hub/disk-space.ts";
import type { HubOptions } from "../hub/hub-cache.ts";
import { ioError } from "../io-error.ts";
import { type Checkpoint, openCheckpoint } from "../open-checkpoint.ts";
import type { JsonObject } from "../read-json.ts";
import type { TypeChoice } from "./choose-target.ts";
import { Journal, writeWhole } from "./journal.ts";
import { copyOne, modelFiles, nearestFolder, refuseExisting } from "./output-folder.ts";
import { indexOf, type OutputPlan, planOutput } from "./plan-output.ts";
import { progressReport, type QuantizeProgress } from "./progress.ts";
import { configFor } from "./quantization-config.ts";
import { converter } from "./threads.ts";
import { writeShard } from "./write-shard.ts";

export interface QuantizeOptions extends TypeChoice, HubOptions, Pick<Watch, "signal"> {
  /** What a squared error of each input of a weight counts, [inputs]; all the same where none is given. */
  readonly importance?: ReadonlyMap<string, Float32Array>;
  /** All processors unless told. */
  readonly threads?: number | undefined;
  /** A backend's module that rounds faster than this package's own. */
  readonly rounding?: URL | undefined;
  /** Most bytes of one file of the output, where tensors allow it; 1 GiB. */
  readonly shardBytes?: number;
  readonly onProgress?: (progress: QuantizeProgress) => void;
}

export interface QuantizedModel {
  readonly folder: string;
  /** Of the weights' files, and how many those are. */
  readonly bytes: number;
  readonly files: number;
  /** Of the source's tensors. */
  readonly sourceBytes: number;
  /** Bytes that were in place from an interrupted run. */
  readonly resumedBytes: number;
  /** Names of matrices that stay as they are because a row is no whole number of groups. */
  readonly ragged: readonly string[];
  readonly threads: number;
}

/**
 * Writes a model's folder again with its weights in another type, in a stream: what is in memory at once is some pieces
 * of 8 MiB for each thread. The work is done in `TARGET.incomplete` beside the target, which keeps finished files when
 * it is interrupted, and gets its name when all is there. Throws what `openCheckpoint` throws, `bad-option` when the
 * target exists, `io-failed` when the disk is too small, `aborted`.
 */
export async function quantizeModel(
  model: string,
  target: string,
  options: QuantizeOptions,
): Promise<QuantizedModel> {
  const path = resolve(target);
  await refuseExisting(path, target);
  const checkpoint = await openCheckpoint(model, options);
  try {
    return await write(checkpoint, path, options);
  } finally {
    await checkpoint.source.close();
  }
}

async function write(
  { source, folder, config, configPath, gguf }: Checkpoint,
  target: string,
  options: QuantizeOptions,
): Promise<QuantizedModel> {
  const { signal, importance, onProgress } = options;
  if (gguf) {
    throw new EngineError(
      "unsupported",
      `${configPath}: is GGUF, which has no config.json and tokenizer files to write beside the weights. Give the safetensors model it was made from.`,
    );
  }
  const plan = planOutput(source, options, options.shardBytes);
  const partial = `${target}.incomplete`;
  const { type, group, embeddings, lmHead } = options;
  const weighed = [...(importance ?? [])].map(([name, values]) => [name, values.reduce((a, b) => a + b, 0)]);
  const work = { source: source.id, type, group, embeddings, lmHead, weighed, shards: plan.shards.length };
  const journal = await Journal.open(partial, work);
  const here = new Set<string>();
  for (const { file } of plan.shards) if (await journal.holds(file, signal)) here.add(file);
  const missing = plan.shards.filter(({ file }) => !here.has(file));
  const others = await modelFiles(folder);
  const bytesOf = (shards: OutputPlan["shards"]) => shards.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireSpace(
    await nearestFolder(partial),
    bytesOf(missing) + others.reduce((sum, { bytes }) => sum + bytes, 0),
    {
      toDo: "are still to be written",
      hint: "or give a destination on another disk",
    },
  );
  await mkdir(partial, { recursive: true }).catch((error: unknown) => {
    throw ioError(error, partial);
  });
  await journal.clean(here);

  const sourceBytes = plan.tensors.reduce((sum, { readBytes }) => sum + readBytes, 0);
  const resumed = plan.shards.filter(({ file }) => here.has(file));
  const report = progressReport(sourceBytes, onProgress);
  for (const { tensors } of resumed) report.skip(tensors.reduce((sum, { readBytes }) => sum + readBytes, 0));
  await using threads = await converter({ threads: options.threads, rounding: options.rounding });
  for (const shard of missing) {
    const sums = await writeShard(shard, {
      source,
      converter: threads,
      folder: partial,
      importance,
      signal,
      onRead: report.add,
    });
    await journal.finish(shard.file, sums);
  }
  for (const { name } of others) await copyOne(join(folder, name), join(partial, name));
  const index = indexOf(plan);
  if (index) await writeWhole(join(partial, index.name), index.text);
  const json = configFor(config as JsonObject, plan.tensors, options);
  await writeWhole(join(partial, "config.json"), `${JSON.stringify(json, null, 2)}\n`);
  await rm(join(partial, Journal.file));
  await refuseExisting(target, target);
  await rename(partial, target).catch((error: unknown) => {
    throw ioError(error, target);
  });
  return {
    folder: target,
    bytes: bytesOf(plan.shards),
    files: plan.shards.length,
    sourceBytes,
    resumedBytes: bytesOf(resumed),
    ragged: plan.ragged,
    threads: threads.threads,
  };
}
