import { EngineError } from "@engine/core";
import { checkTokens } from "./check-tokens.ts";
import { type GivenEmbeddings, placeEmbeddings } from "./given-embeddings.ts";
import type { History } from "./history.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Dropped, Sliding } from "./overflow.ts";
import { slide } from "./slide.ts";

/**
 * Puts a prompt at the end of a history, and gives what was dropped to make room for it. Throws `bad-option` or
 * `context-overflow`; the text is as it was then.
 */
export function takePrompt(
  history: History,
  prompt: string | readonly number[],
  options: {
    readonly model: ModelFacts;
    readonly raw: boolean;
    readonly embeddings?: readonly GivenEmbeddings[] | undefined;
    /** Makes room in a text that is too long, instead of the error. */
    readonly sliding?: Sliding | undefined;
  },
): Pick<Dropped, "begin" | "tokens"> | undefined {
  const { model, raw, embeddings = [], sliding } = options;
  const { context, tokenizer, vocab } = model;
  const before = history.tokens.length;
  let ids = prompt;
  if (typeof ids === "string") {
    // Between two texts of a session belongs no BOS.
    const addSpecialTokens = !raw && before === 0;
    ids = textOf(tokenizer, "a prompt of text needs one").encode(ids, { addSpecialTokens });
  }
  checkTokens(ids, vocab, "prompt");
  const total = before + ids.length;
  if (total === history.sequence.length) {
    throw new EngineError("bad-option", "The prompt is empty: there is nothing to continue from.");
  }
  if (total >= context && !sliding) {
    const added = before > 0 ? `, with ${before} in the session before it` : "";
    throw new EngineError(
      "context-overflow",
      `The prompt has ${ids.length} tokens${added}, but the context is ${context} and the answer needs one or more. Shorten it, load the model with a larger context, or let old tokens go (overflow).`,
    );
  }
  const { program } = model.runner;
  const placed = placeEmbeddings(embeddings, { program, before, length: ids.length });
  history.addPrompt(ids, placed);
  try {
    return sliding && slide(history, sliding, context);
  } catch (error) {
    history.rewind(before);
    throw error;
  }
}

/** The tokenizer, or an error that says what needs it and why there is none. */
export function textOf<T>(tokenizer: T | EngineError, why: string): T {
  if (!EngineError.isInstance(tokenizer)) return tokenizer;
  throw new EngineError(
    tokenizer.code,
    `The model has no tokenizer, and ${why}. Pass token ids instead. ${tokenizer.message}`,
    { cause: tokenizer },
  );
}
