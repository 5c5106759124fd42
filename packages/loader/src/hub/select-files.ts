import { EngineError } from "@engine/core";
import { INDEX_FILE, SINGLE_FILE } from "../find-weights.ts";
import { show } from "../show.ts";
import { otherWeights } from "../weight-formats.ts";
import type { RepoFile } from "./repo-files.ts";

export interface FileChoice {
  /** Globs. Files that match one are taken, instead of those a model needs. */
  readonly include?: readonly string[];
  /** Globs. Files that match one are left out. */
  readonly exclude?: readonly string[];
}

/** What a model is run with, apart from its weights: config, tokenizer, chat templates, preprocessors. */
const SMALL_FILES = new RegExp(
  `^(?:${[
    "config\\.json",
    "generation_config\\.json",
    "tokenizer\\.(?:json|model)",
    "tokenizer_config\\.json",
    "special_tokens_map\\.json",
    "added_tokens\\.json",
    "vocab\\.(?:json|txt)",
    "merges\\.txt",
    "(?:spiece|sentencepiece\\.bpe)\\.model",
    "tekken\\.json",
    "[\\w.-]+\\.tiktoken",
    "chat_template\\.(?:jinja|json)",
    "additional_chat_templates/[\\w.-]+\\.jinja",
    "(?:video_|image_)?(?:pre)?processor_config\\.json",
  ].join("|")})$`,
);

/** Whether a file is one of those, by its path in the model's folder. */
export function isModelFile(path: string): boolean {
  return SMALL_FILES.test(path);
}

/**
 * The files to download; `shards` gives the files that the index of a sharded checkpoint names, when it is
 * asked. Without globs: a model's small files and its safetensors, once (not also as PyTorch, ONNX or GGUF), or the one
 * GGUF file of a repository without them. Throws `bad-option` where there are several, `unsupported` where there are no
 * weights, `missing-file` where an index names one that is not there.
 */
export async function selectFiles(
  files: readonly RepoFile[],
  { id, choice, shards }: { id: string; choice: FileChoice; shards: (index: RepoFile) => Promise<string[]> },
): Promise<RepoFile[]> {
  const { include = [], exclude = [] } = choice;
  const leftOut = await matcher(exclude);
  const there = files.filter(({ path }) => !leftOut(path));
  if (include.length > 0) {
    const taken = await matcher(include);
    const chosen = there.filter(({ path }) => taken(path));
    if (chosen.length > 0) return chosen;
    throw new EngineError(
      "bad-option",
      `${id}: none of its ${files.length} files matches ${[...include].join(", ")}${exclude.length > 0 ? ", without what is excluded" : ""}. See the repository's list of files, and correct --include.`,
    );
  }
  // Who excludes all weights wants a tokenizer, for example.
  const hasExcluded = files.some(({ path }) => path.endsWith(".safetensors") && leftOut(path));
  const large = await weights(there, { id, shards, hasExcluded });
  return [...there.filter(({ path }) => isModelFile(path)), ...large];
}

async function weights(
  files: readonly RepoFile[],
  options: { id: string; shards: (index: RepoFile) => Promise<string[]>; hasExcluded: boolean },
): Promise<RepoFile[]> {
  const { id, shards, hasExcluded } = options;
  const named = new Map(files.map((file) => [file.path, file]));
  const single = named.get(SINGLE_FILE);
  if (single) return [single];
  const index = named.get(INDEX_FILE);
  if (index) {
    const found = (await shards(index)).map((path) => {
      const file = named.get(path);
      if (file) return file;
      throw new EngineError(
        "missing-file",
        `${id}: ${INDEX_FILE} names the shard ${show(path)}, which is not among the files to download. Choose another revision, or tell the owner.`,
      );
    });
    return [index, ...found];
  }
  const others = files.filter(({ path }) => /^[^/]+\.safetensors$/.test(path));
  if (others.length > 0 || hasExcluded) return others;
  const gguf = files.filter(({ path }) => /^[^/]+\.gguf$/i.test(path));
  if (gguf.length === 1) return gguf;
  if (gguf.length > 1) {
    const names = gguf.slice(0, 3).map(({ path }) => show(path));
    throw new EngineError(
      "bad-option",
      `${id}: holds ${gguf.length} GGUF files (${names.join(", ")}${gguf.length > 3 ? ", …" : ""}) and no safetensors. Choose one with --include.`,
    );
  }
  const other = otherWeights(files.map(({ path }) => path));
  throw new EngineError(
    "unsupported",
    other
      ? `${id}: holds ${other.what} (${show(other.file)}) and no safetensors. ${other.next} --include downloads it all the same.`
      : `${id}: holds no safetensors, so there is no model to run. --include downloads other files.`,
  );
}

/** A glob without "/" is about a file's name, wherever it lies. */
async function matcher(globs: readonly string[]): Promise<(path: string) => boolean> {
  if (globs.length === 0) return () => false;
  // Its six files are read where globs are given, not by every program that opens a model.
  const { default: picomatch } = await import("picomatch");
  const tests = globs.map((glob) =>
    picomatch(glob.replace(/\/$/, "/**"), { dot: true, basename: !glob.includes("/"), windows: false }),
  );
  return (path) => tests.some((test) => test(path));
}
