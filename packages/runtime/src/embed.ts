import { bind, EngineError, elements } from "@engine/core";
import { checkTokens } from "./check-tokens.ts";
import { FINAL } from "./embed-runner.ts";
import type { ModelParts } from "./model-parts.ts";
import { Pool, type Pooling } from "./pool-rows.ts";
import type { Runner } from "./runner.ts";
import type { Sequence } from "./sequence.ts";
import { textOf } from "./take-prompt.ts";

export interface EmbedOptions {
  /** Which of a text's last hidden states make its embedding: their mean (the default), the last or the first. */
  readonly pooling?: Pooling;
  /** Scales each embedding to length 1, so that a dot product is the cosine; true unless told. */
  readonly normalize?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface EmbedResult {
  /** f32 [hidden] for each text. */
  readonly embeddings: readonly Float32Array[];
  readonly usage: { readonly promptTokens: number };
}

interface Reading {
  readonly ids: readonly number[];
  readonly sequence: Sequence;
  readonly pool: Pool;
}

/**
 * Embeds texts with the hidden states after the last norm, as many texts in a step as it takes. `runner` runs the
 * model without its head. Throws `bad-option`, `context-overflow`, `aborted`.
 */
export async function embedTexts(
  { turns, scheduler, ...model }: ModelParts,
  texts: readonly (string | readonly number[])[],
  { runner, options }: { readonly runner: Runner; readonly options: EmbedOptions },
): Promise<EmbedResult> {
  const { signal, pooling = "mean", normalize = true } = options;
  const ids = texts.map((text, i) => idsOf(model, text, `texts: entry ${i}`));
  const total = ids.reduce((sum, { length }) => sum + length, 0);
  const width = elements(bind(runner.program.outputs[FINAL]!.slice(1), {}));
  const waiting: Reading[] = ids.map((text) => ({
    ids: text,
    sequence: runner.sequence(),
    pool: new Pool(pooling, width),
  }));
  const pools = waiting.map(({ pool }) => pool);
  let done = 0;
  try {
    while (waiting.length > 0) {
      await turns.take(async () => {
        if (signal?.aborted) throw new EngineError("aborted", "Embedding was stopped.");
        const parts = nextRows(waiting, runner);
        const needs = (): number[][] => parts.map((part) => part.text.sequence.needs(part.tokens.length));
        // One text at least goes on, at the expense of answers if need be.
        while (parts.length > 1 && !scheduler.memory.free(needs())) parts.pop();
        if (parts.length === 1) scheduler.makeRoom(needs()[0]!);
        const rows = parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
        const hidden = new Float32Array(rows * width);
        const work = parts.map(({ text, tokens }) => ({
          sequence: text.sequence,
          tokens,
          promptLength: text.ids.length,
          wanted: "all" as const,
        }));
        await runner.run(work, { tensors: { [FINAL]: hidden } }, signal ? { signal } : {});
        let row = 0;
        for (const { text, tokens } of parts) {
          text.pool.add(hidden.subarray(row * width, (row + tokens.length) * width));
          row += tokens.length;
          if (text.sequence.length < text.ids.length) continue;
          text.sequence.clear();
          waiting.splice(waiting.indexOf(text), 1);
        }
        done += rows;
      });
      options.onProgress?.(done, total, "embeddings");
    }
  } finally {
    await turns.take(() => {
      for (const { sequence } of waiting) sequence.clear();
    });
  }
  return { embeddings: pools.map((pool) => pool.result(normalize)), usage: { promptTokens: total } };
}

/** The rows of the next step: texts in order, the last one cut where the step is full. */
function nextRows(
  waiting: readonly Reading[],
  { program: { options } }: Runner,
): { readonly text: Reading; readonly tokens: readonly number[] }[] {
  let left = options.maxTokens;
  return waiting.slice(0, options.maxSequences).flatMap((text) => {
    const begin = text.sequence.length;
    const tokens = text.ids.slice(begin, begin + left);
    left -= tokens.length;
    return tokens.length > 0 ? [{ text, tokens }] : [];
  });
}

function idsOf(
  { tokenizer, vocab, context }: Pick<ModelParts, "tokenizer" | "vocab" | "context">,
  text: string | readonly number[],
  what: string,
): readonly number[] {
  const ids = typeof text === "string" ? textOf(tokenizer, "texts need one").encode(text) : text;
  checkTokens(ids, vocab, what);
  if (ids.length === 0) throw new EngineError("bad-option", `${what} is empty; there is nothing to embed.`);
  if (ids.length > context) {
    throw new EngineError(
      "context-overflow",
      `${what} has ${ids.length} tokens, but the context is ${context}. Shorten it, or load the model with a larger context.`,
    );
  }
  return ids;
}
