import { readFile } from "node:fs/promises";
import { type Model, textPieces } from "@engine/auto";
import { EngineError } from "@engine/core";
import type { ModelFlags } from "../options/model-flags.ts";
import type { TextFlags } from "../options/text-flags.ts";

/** Windows of a text that is not split, where --context does not say. */
const WINDOW = 512;
/** Rows of one step: enough to use a loaded weight often, and 128 MiB of logits of the largest vocabularies. */
const ROWS = 128;

/** How a model is opened that is to read a text: no longer a context than its pieces need. */
export function readingOptions<F extends ModelFlags & TextFlags>(flags: F): { flags: F; maxRows: number } {
  const context = flags.context ?? (flags.split === undefined ? WINDOW : undefined);
  return { flags: context === undefined ? flags : { ...flags, context }, maxRows: ROWS };
}

/** Token ids of the pieces of a file. */
export async function textToScore(
  { tokenizer, folder, context }: Pick<Model, "tokenizer" | "folder" | "context">,
  file: string,
  { split, chars }: TextFlags,
): Promise<number[][]> {
  if (!tokenizer) {
    throw new EngineError(
      "missing-file",
      `${folder}: has no tokenizer that can be read, so no text can be scored.`,
    );
  }
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "no such file" : `cannot be read (${cause.code})`;
    throw new EngineError("missing-file", `${file}: ${why}; give a file of text.`, { cause });
  });
  return textPieces(text, tokenizer, { split, chars, context });
}
