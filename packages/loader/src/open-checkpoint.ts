import { basename, dirname, join } from "node:path";
import { EngineError, type WeightSource } from "@engine/core";
import { withPackedWeights } from "./compressed-tensors/packed-source.ts";
import { findWeights, INDEX_FILE, list, SINGLE_FILE, some } from "./find-weights.ts";
import { type GenerationConfig, readGenerationConfig } from "./generation-config.ts";
import { findGguf } from "./gguf/find-gguf.ts";
import { ggufGenerationConfig } from "./gguf/gguf-generation-config.ts";
import { type GgufSource, openGguf } from "./gguf/open-gguf.ts";
import { type HubOptions, pullHint } from "./hub/hub-cache.ts";
import { locateModel } from "./locate-model.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { readJsonObject } from "./read-json.ts";
import type { SafetensorsSource } from "./safetensors-source.ts";

/** A model's files, opened. Close `source` when done. */
export interface Checkpoint {
  readonly folder: string;
  /** config.json, parsed; its meaning is the architecture's. Empty for GGUF. */
  readonly config: unknown;
  /** config.json, or the GGUF file. */
  readonly configPath: string;
  /** From generation_config.json, with special tokens falling back to config.json's. */
  readonly generationConfig: GenerationConfig;
  readonly source: CheckpointSource;
  /** `source`, where the model is in GGUF: its metadata stand for config.json, and its names are not a checkpoint's. */
  readonly gguf?: GgufSource;
}

export interface CheckpointSource extends WeightSource {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Opens a model: a folder with config.json, one `.safetensors` file with config.json beside it, a `.gguf` file or a
 * folder with one, a hub cache entry (`models--org--name`) or one of its snapshots, or the id of a hub model in the
 * local cache. Nothing is downloaded. Throws `missing-file`, `unsupported`, `bad-config`, `bad-checkpoint` or `io-failed`.
 */
export async function openCheckpoint(model: string, options: HubOptions = {}): Promise<Checkpoint> {
  const found = await locateModel(model, options);
  const gguf =
    found.kind === "folder" ? await ggufOf(found.path) : found.kind === "gguf" ? found.path : undefined;
  if (gguf !== undefined) return openGgufCheckpoint(gguf);
  const folder = found.kind === "folder" ? found.path : dirname(found.path);
  const weights = found.kind === "file" ? found.path : await findWeights(folder);
  if (found.kind === "file") await refuseLoneShard(found.path);

  const names = await list(folder);
  if (!names.includes("config.json")) {
    const holds = names.length === 0 ? "it is empty" : `it holds ${some(names)}`;
    throw new EngineError(
      "missing-file",
      `${folder}: has no config.json (${holds}). ${pullHint(folder) ?? "Give the folder of a whole model: config.json beside its .safetensors files."}`,
    );
  }
  if (weights === undefined) {
    throw new EngineError(
      "missing-file",
      `${folder}: has a config.json but no weights: neither ${SINGLE_FILE} nor an index of shards. ${pullHint(folder) ?? "Download the weights too."}`,
    );
  }
  const configPath = join(folder, "config.json");
  const config = await readJsonObject(configPath, { code: "bad-config", duplicateKeys: "keep-last" });
  const generationPath = names.includes("generation_config.json")
    ? join(folder, "generation_config.json")
    : undefined;
  const generationConfig = await readGenerationConfig(generationPath, { config, path: configPath });
  return { folder, config, configPath, generationConfig, source: await openWeights(weights) };
}

/** Safetensors are taken where a folder has both. */
async function ggufOf(folder: string): Promise<string | undefined> {
  const names = await list(folder);
  return names.includes(SINGLE_FILE) || names.includes(INDEX_FILE) ? undefined : findGguf(folder);
}

async function openGgufCheckpoint(path: string): Promise<Checkpoint> {
  const source = await openGguf(path);
  const generationConfig = ggufGenerationConfig(source.metadata);
  return { folder: dirname(path), config: {}, configPath: path, generationConfig, source, gguf: source };
}

async function openWeights(path: string): Promise<SafetensorsSource> {
  const source = await openSafetensors(path);
  try {
    return await withPackedWeights(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** One shard alone would only fail later, at its first missing weight. */
async function refuseLoneShard(path: string): Promise<void> {
  const match = /-(\d+)-of-(\d+)\.safetensors$/.exec(basename(path));
  if (!match || Number(match[2]) === 1) return;
  throw new EngineError(
    "bad-option",
    `${path}: is one of ${Number(match[2])} shards. Give the model's folder, ${dirname(path)}.`,
  );
}
