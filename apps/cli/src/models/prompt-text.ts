import { readFile } from "node:fs/promises";
import { EngineError } from "@engine/core";
import type { Io } from "../io.ts";
import type { PromptSource } from "../options/model-and-prompt.ts";

/** The text or the ids of a prompt, read from where it stands. */
export async function readPrompt(io: Io, source: PromptSource): Promise<string | readonly number[]> {
  if (source.from === "ids") return source.ids;
  if (source.from === "text") return source.text;
  if (source.path === "-") {
    const pieces: Uint8Array[] = [];
    for await (const piece of io.stdin) pieces.push(piece as Uint8Array);
    return Buffer.concat(pieces).toString("utf8");
  }
  try {
    return await readFile(source.path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "no such file" : `cannot be read (${code})`;
    throw new EngineError("missing-file", `${source.path}: ${why}; --file takes the file with the prompt.`, {
      cause,
    });
  }
}
