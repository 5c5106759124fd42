import { EngineError } from "@engine/core";
import type { Tokenizer } from "@engine/tokenizer";

export interface TextOptions {
  /** Each piece between separators, without the white space around it, is a text of its own. Without it the whole text is cut into windows. */
  readonly split?: string | undefined;
  /** Most tokens of one piece, BOS included: pieces are cut there, windows are that long. */
  readonly context: number;
  /** Only so many characters (Unicode code points) of the text; a piece that this breaks off is left out. */
  readonly chars?: number | undefined;
}

/**
 * Token ids of a text's pieces. Each begins as the tokenizer begins a text (with BOS, where it has one). Pieces of
 * fewer than two tokens predict nothing and are left out. Throws `bad-option` when nothing is left.
 */
export function textPieces(
  text: string,
  tokenizer: Pick<Tokenizer, "encode">,
  { split, context, chars }: TextOptions,
): number[][] {
  if (split === "")
    throw new EngineError("bad-option", "The separator of pieces is empty; give at least one character.");
  const taken = chars === undefined ? text : firstCharacters(text, chars);
  const pieces =
    split === undefined
      ? windows(taken, tokenizer, context)
      : parts(taken, { split, broken: taken !== text });
  const ids = pieces.map((piece) =>
    (typeof piece === "string" ? tokenizer.encode(piece) : piece).slice(0, context),
  );
  const scored = ids.filter((piece) => piece.length > 1);
  if (scored.length > 0) return scored;
  throw new EngineError(
    "bad-option",
    `The text has no piece of two or more tokens (${taken.length} characters, context ${context}); give a longer one.`,
  );
}

function parts(text: string, { split, broken }: { split: string; broken: boolean }): string[] {
  const all = text.split(split);
  return (broken ? all.slice(0, -1) : all).map((piece) => piece.trim());
}

/** Consecutive windows of the whole text's tokens, each with the tokenizer's beginning in front. */
function windows(text: string, tokenizer: Pick<Tokenizer, "encode">, context: number): number[][] {
  const begin = tokenizer.encode("");
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  const fresh = Math.max(1, context - begin.length);
  return Array.from({ length: Math.ceil(ids.length / fresh) }, (_, i) => [
    ...begin,
    ...ids.slice(i * fresh, (i + 1) * fresh),
  ]);
}

function firstCharacters(text: string, count: number): string {
  let end = 0;
  for (let i = 0; i < count && end < text.length; i++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
