import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { EngineError } from "@engine/core";
import { isIndexFile } from "./find-weights.ts";
import { isGguf } from "./gguf/find-gguf.ts";
import {
  findSnapshot,
  type HubOptions,
  hubCacheFolder,
  hubRepoFolder,
  isHubId,
  isHubRepo,
} from "./hub/hub-cache.ts";
import { ioError } from "./io-error.ts";
import { otherWeights } from "./weight-formats.ts";

/** What a user's word for a model stands for on this machine. */
export type LocatedModel =
  | { readonly kind: "folder"; readonly path: string }
  /** A safetensors file or the index of a sharded checkpoint. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "gguf"; readonly path: string };

const FORMS =
  'a folder with config.json and .safetensors files, one .safetensors or .gguf file, or a hub id ("org/name")';

/** Finds the folder or file of a model; a path that exists wins over a hub id. */
export async function locateModel(model: string, options: HubOptions = {}): Promise<LocatedModel> {
  if (model === "") throw new EngineError("bad-option", `the model's path is empty; a model is ${FORMS}.`);
  const found = await statOrUndefined(model);
  if (!found) return { kind: "folder", path: await locateHubModel(model, options) };
  if (found.isDirectory()) {
    return { kind: "folder", path: (await isHubRepo(model)) ? await findSnapshot(model, options) : model };
  }
  if (isGguf(model)) return { kind: "gguf", path: model };
  if (model.endsWith(".safetensors") || isIndexFile(model)) return { kind: "file", path: model };
  const other = otherWeights([basename(model)]);
  if (other) throw new EngineError("unsupported", `${model}: holds ${other.what}. ${other.next}`);
  throw new EngineError("unsupported", `${model}: not a model; a model is ${FORMS}.`);
}

async function locateHubModel(model: string, options: HubOptions): Promise<string> {
  if (!isHubId(model)) {
    throw new EngineError(
      "missing-file",
      `${model}: no such file or folder; a model is ${FORMS}. Check the path.`,
    );
  }
  const repo = hubRepoFolder(model, options.hubCache ?? hubCacheFolder());
  if (await isHubRepo(repo)) return findSnapshot(repo, options);
  throw new EngineError(
    "missing-file",
    `${model}: no such file or folder, and not a downloaded hub model: looked for ${resolve(model)} and ${repo}. Download it first (engine pull ${model}), or give the path of its folder.`,
  );
}

async function statOrUndefined(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    throw ioError(error, path);
  }
}
