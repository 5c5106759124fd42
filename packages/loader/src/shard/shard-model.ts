import { createHash } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EngineError, type Watch } from "@engine/core";
import { findWeights, INDEX_FILE } from "../find-weights.ts";
import { requireSpace } from "../hub/disk-space.ts";
import { type HubOptions, isHubId } from "../hub/hub-cache.ts";
import { ioError } from "../io-error.ts";
import { openCheckpoint } from "../open-checkpoint.ts";
import { openSafetensors } from "../open-safetensors.ts";
import { Journal, writeWhole } from "../quantize/journal.ts";
import { copyOne, modelFiles, nearestFolder, refuseExisting } from "../quantize/output-folder.ts";
import { indexOf } from "../quantize/plan-output.ts";
import { progressReport, type QuantizeProgress } from "../quantize/progress.ts";
import type { SafetensorsSource } from "../safetensors-source.ts";
import { copyShard } from "./copy-shard.ts";
import { planShards, type ShardPlan } from "./plan-shards.ts";

export interface ShardOptions extends HubOptions, Pick<Watch, "signal"> {
  /** Names of weights in the order a step reads them; others follow as they stand in the source. */
  readonly order: readonly string[];
  /** Deletes the source's files of weights, after the copy was read again and found to be the same. */
  readonly deleteOriginal?: boolean | undefined;
  /** Most bytes of one file of the output, where tensors allow it; 1 GiB. */
  readonly shardBytes?: number;
  /** Bytes are counted twice: copied, then read again. */
  readonly onProgress?: (progress: QuantizeProgress) => void;
}

export interface ShardedModel {
  readonly folder: string;
  /** Of the weights' files, and how many those are. */
  readonly bytes: number;
  readonly files: number;
  /** Bytes that were in place from an interrupted run. */
  readonly resumedBytes: number;
  /** Files of the source that are gone. */
  readonly deleted: readonly string[];
}

/**
 * Copies a model's folder with its tensors in the order of use, those of whole disk sectors at the beginning of one, so that
 * streaming reads its files from the beginning to the end. The work is done in `TARGET.incomplete` beside the target, which
 * keeps finished files when it is interrupted, and gets its name when every tensor was read again and has the checksum of
 * its original. Throws what `openCheckpoint` throws, `bad-option` when the target exists, `unsupported` for GGUF,
 * `io-failed` when the disk is too small or gives other bytes back, `aborted`.
 */
export async function shardModel(
  model: string,
  target: string,
  options: ShardOptions,
): Promise<ShardedModel> {
  const path = resolve(target);
  await refuseExisting(path, target);
  const checkpoint = await openCheckpoint(model, options);
  await checkpoint.source.close();
  const { folder, gguf, configPath } = checkpoint;
  if (gguf)
    throw new EngineError(
      "unsupported",
      `${configPath}: is GGUF, which is streamed from its one file as it is. Only safetensors are copied in another order.`,
    );
  const isCached = isHubId(model) || /[/\\]models--[^/\\]+([/\\]|$)/.test(resolve(folder));
  if (options.deleteOriginal && isCached)
    throw new EngineError(
      "bad-option",
      `${folder}: lies in the hub's cache, whose files others may share. Make the copy, then delete the model with engine remove.`,
    );
  const weights = model.endsWith(".safetensors") ? resolve(model) : (await findWeights(folder))!;
  const source = await openSafetensors(weights);
  let copied: ShardedModel;
  try {
    copied = await copy(source, { folder, target: path, options });
  } finally {
    await source.close();
  }
  if (!options.deleteOriginal) return copied;
  const deleted = [...new Set(source.files.map((file) => file.path))];
  if (weights.endsWith(INDEX_FILE)) deleted.push(weights);
  for (const file of deleted) await rm(file, { force: true });
  return { ...copied, deleted };
}

async function copy(
  source: SafetensorsSource,
  {
    folder,
    target,
    options,
  }: { readonly folder: string; readonly target: string; readonly options: ShardOptions },
): Promise<ShardedModel> {
  const { signal, order, onProgress } = options;
  const plan = planShards(source, order, options.shardBytes);
  const partial = `${target}.incomplete`;
  const names = createHash("sha256")
    .update(JSON.stringify(plan.shards.map(({ file, tensors }) => [file, tensors.map(({ name }) => name)])))
    .digest("hex");
  const journal = await Journal.open(partial, { work: "shard", source: source.id, names });
  const here = new Set<string>();
  for (const { file } of plan.shards) if (await journal.holds(file, signal)) here.add(file);
  const missing = plan.shards.filter(({ file }) => !here.has(file));
  const others = [...(await modelFiles(folder)), { name: "config.json", bytes: 0 }];
  await requireSpace(
    await nearestFolder(partial),
    sizeOf(missing) + others.reduce((sum, { bytes }) => sum + bytes, 0),
    { toDo: "are still to be written", hint: "or give a destination on another disk" },
  );
  await mkdir(partial, { recursive: true }).catch((error: unknown) => {
    throw ioError(error, partial);
  });
  await journal.clean(here);
  const total = sizeOf(plan.shards);
  const report = progressReport(2 * total, onProgress);
  report.skip(2 * sizeOf(plan.shards.filter(({ file }) => here.has(file))));
  for (const shard of missing) {
    const sums = await copyShard(shard, { source, folder: partial, signal, onCopied: report.add });
    await journal.finish(shard.file, sums);
    if (!(await journal.holds(shard.file, signal)))
      throw new EngineError(
        "io-failed",
        `${join(partial, shard.file)}: what was written reads back with other checksums. The disk may be failing; nothing was deleted.`,
      );
    report.add(shard.bytes, `${shard.file} verified`);
  }
  for (const { name } of others) await copyOne(join(folder, name), join(partial, name));
  const index = indexOf(plan);
  if (index) await writeWhole(join(partial, index.name), index.text);
  await rm(join(partial, Journal.file));
  await refuseExisting(target, target);
  await rename(partial, target).catch((error: unknown) => {
    throw ioError(error, target);
  });
  return {
    folder: target,
    bytes: total,
    files: plan.shards.length,
    resumedBytes: total - sizeOf(missing),
    deleted: [],
  };
}

function sizeOf(shards: ShardPlan["shards"]): number {
  return shards.reduce((sum, { bytes }) => sum + bytes, 0);
}
