import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConfigReader, configReader, EngineError } from "@engine/core";
import { readSafetensors } from "@engine/loader";
import type { GivenEmbeddings } from "@engine/runtime";
import type { Part } from "./golden-model.ts";

/** What transformers computed for one model: see the folder's golden.json. */
export interface Golden {
  readonly folder: string;
  readonly name: string;
  readonly prompt: readonly number[];
  /** Embeddings that are given for rows of the prompt. */
  readonly embeddings: readonly GivenEmbeddings[];
  /** The greedy continuation. */
  readonly greedy: readonly number[];
  /** Gap of the two best logits at each greedy step. */
  readonly margins: readonly number[];
  /** Rows of the prompt that the states hold. */
  readonly layerPositions: readonly number[];
  /** [prompt, vocab] */
  readonly logits: Float32Array;
  /** [greedy - 1, vocab]: step i was fed greedy[i] and the cache. */
  readonly decodeLogits: Float32Array;
  /** "embed" and "final" [prompt, width], "layer{i}" [layerPositions, width]; streams of a row stand together. */
  readonly states: ReadonlyMap<string, Float32Array>;
  readonly vocab: number;
}

/** The whole prompt. */
export function promptOf({ prompt, embeddings }: Golden): Part {
  return { tokens: prompt, prompt: prompt.length, embeddings };
}

/** Reads golden.json and golden.safetensors of a folder; throws `missing-file`, `bad-config` or `bad-checkpoint`. */
export async function readGolden(folder: string): Promise<Golden> {
  const path = join(folder, "golden.json");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const next = "A golden folder holds golden.json and golden.safetensors beside the model.";
    throw new EngineError("missing-file", `${path}: cannot be read. ${next}`, { cause });
  });
  const parsed = JSON.parse(text);
  const listed: readonly unknown[] = Array.isArray(parsed.embeddings) ? parsed.embeddings : [];
  const json = configReader(parsed, path);
  const floats = (key: string): readonly number[] => json.floats(key) ?? [];
  const prompt = floats("prompt_ids");
  const greedy = floats("greedy_tokens");
  const tensors = await readSafetensors(join(folder, "golden.safetensors"));
  const states = new Map<string, Float32Array>();
  for (const [name, { data, shape }] of tensors) {
    if (/^(embed|final|layer\d+)$/.test(name) && data instanceof Float32Array)
      states.set(name, rowsFirst(data, shape));
  }
  const logits = tensors.get("logits")?.data;
  const decodeLogits = tensors.get("decode_logits")?.data;
  if (!(logits instanceof Float32Array && decodeLogits instanceof Float32Array && prompt.length > 0)) {
    throw new EngineError(
      "bad-checkpoint",
      `${folder}: the golden lacks a prompt, logits or decode_logits in f32.`,
    );
  }
  return {
    folder,
    name: json.string("name", folder),
    prompt,
    embeddings: listed.map((one, i) =>
      givenEmbeddings(configReader(one, `${path}: embeddings ${i}`), tensors),
    ),
    greedy,
    margins: floats("greedy_margins"),
    // "all", or a list.
    layerPositions: Array.isArray(parsed.layer_positions)
      ? floats("layer_positions")
      : prompt.map((_, i) => i),
    logits,
    decodeLogits,
    states,
    vocab: logits.length / prompt.length,
  };
}

/** Which tensor stands at which place of the prompt. */
function givenEmbeddings(
  one: ConfigReader,
  tensors: ReadonlyMap<string, { readonly data: unknown }>,
): GivenEmbeddings {
  const values = tensors.get(one.string("tensor"))?.data;
  if (!(values instanceof Float32Array))
    throw new EngineError("bad-checkpoint", `${one.where}: there is no such tensor of f32.`);
  return { at: one.int("at"), values, kind: one.string("kind") === "sound" ? "sound" : "image" };
}

/** transformers keeps parallel residual streams as [streams, rows, hidden]; here a row comes first. */
function rowsFirst(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 3) return data;
  const [streams, rows, hidden] = shape as [number, number, number];
  return data.map((_, i) => {
    const [row, stream] = [Math.floor(i / (streams * hidden)), Math.floor(i / hidden) % streams];
    return data[(stream * rows + row) * hidden + (i % hidden)]!;
  });
}
