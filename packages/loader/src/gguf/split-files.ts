import { stat } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import type { GgufFile } from "./gguf-file.ts";

const PART = /-(\d{5})-of-(\d{5})\.gguf$/;
const AGAIN = "Download all parts again, from one revision.";
const MAX_PARTS = 10_000;

/** The paths of all parts of the split file that `path` is one of; the path alone when it is whole. */
export async function splitFiles(path: string): Promise<readonly string[]> {
  const match = PART.exec(path);
  const count = Number(match?.[2] ?? 1);
  if (!match || count <= 1 || count > MAX_PARTS) return [path];
  const paths = Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(5, "0");
    return `${path.slice(0, match.index)}-${number}-of-${match[2]}.gguf`;
  });
  for (const part of paths) {
    await stat(part).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw ioError(error, part);
      throw new EngineError(
        "missing-file",
        `${part}: this part is missing; ${path} is one of ${count}. Download all of them.`,
        { cause: error },
      );
    });
  }
  return paths;
}

/** Throws `bad-checkpoint` unless the files are the parts they say they are, in order and complete. */
export function checkParts(files: readonly GgufFile[]): void {
  for (const [i, { path, metadata }] of files.entries()) {
    const count = metadata.get("split.count") ?? 1;
    const number = metadata.get("split.no") ?? 0;
    if (Math.max(1, Number(count)) === files.length && number === i) continue;
    throw new EngineError(
      "bad-checkpoint",
      `${path}: says that it is part ${Number(number) + 1} of ${Number(count)}, but stands as part ${i + 1} of ${files.length}. Parts keep the names they were made with (…-00001-of-00002.gguf). ${AGAIN}`,
    );
  }
  const promised = files[0]!.metadata.get("split.tensors.count");
  const held = files.reduce((sum, { tensors }) => sum + tensors.size, 0);
  if (files.length === 1 || promised === undefined || promised === held) return;
  throw new EngineError(
    "bad-checkpoint",
    `${files[0]!.path}: promises ${Number(promised)} tensors in all parts, but they hold ${held}. ${AGAIN}`,
  );
}
