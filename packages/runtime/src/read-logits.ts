import { bind, EngineError, elements } from "@engine/core";
import { checkTokens } from "./check-tokens.ts";
import { chunkEnd, type GivenEmbeddings, placeEmbeddings } from "./given-embeddings.ts";
import type { ModelParts } from "./model-parts.ts";

export interface LogitsOptions {
  /** Raw logits [vocab] of the token after each position. The array is used again for the next row. */
  readonly onRow: (position: number, logits: Float32Array) => void;
  /** Traces of `step.tap` to read along; the model must have been loaded with them. */
  readonly taps?: readonly string[] | "all";
  /** Rows [n, width] of a trace from `firstRow` on. */
  readonly onTap?: (name: string, firstRow: number, values: Float32Array, width: number) => void;
  /** Embeddings in the place of some of the tokens, in order. */
  readonly embeddings?: readonly GivenEmbeddings[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** Reads a text from its beginning and hands out every row's logits. */
export async function readLogits(
  { runner, turns, scheduler, vocab, context }: ModelParts,
  ids: readonly number[],
  options: LogitsOptions,
): Promise<void> {
  checkTokens(ids, vocab, "ids");
  if (ids.length === 0) throw new EngineError("bad-option", "logits: there are no token ids.");
  if (ids.length > context) {
    throw new EngineError(
      "context-overflow",
      `logits: ${ids.length} tokens, but the context is ${context}. Shorten the text, or load the model with a larger context.`,
    );
  }
  const { maxTokens, maxRows } = runner.program.options;
  const embeddings = placeEmbeddings(options.embeddings ?? [], {
    program: runner.program,
    before: 0,
    length: ids.length,
  });
  const taps = tapWidths(runner.program.outputs, options.taps ?? []);
  const logits = new Float32Array(vocab);
  const sequence = runner.sequence();
  const { signal } = options;
  try {
    while (sequence.length < ids.length) {
      await turns.take(async () => {
        if (signal?.aborted) throw new EngineError("aborted", "Reading the logits was stopped.");
        const first = sequence.length;
        const most = Math.min(ids.length, first + maxTokens, first + maxRows);
        const chunk = ids.slice(first, chunkEnd(first, most, embeddings));
        const work = {
          sequence,
          tokens: chunk,
          promptLength: ids.length,
          embeddings,
          wanted: "all",
        } as const;
        const tensors = Object.fromEntries(
          taps.map(({ name, width }) => [name, new Float32Array(chunk.length * width)]),
        );
        scheduler.makeRoom(sequence.needs(chunk.length));
        await runner.run([work], { tensors }, signal ? { signal } : {});
        for (const { name, width } of taps) options.onTap?.(name, first, tensors[name]!, width);
        for (let row = 0; row < chunk.length; row++) {
          await runner.plan.logits(row, logits);
          options.onRow(first + row, logits);
        }
      });
      options.onProgress?.(sequence.length, ids.length, "prompt");
    }
  } finally {
    await turns.take(() => sequence.clear());
  }
}

function tapWidths(
  outputs: ModelParts["runner"]["program"]["outputs"],
  names: readonly string[] | "all",
): { readonly name: string; readonly width: number }[] {
  const known = Object.keys(outputs).filter((name) => name !== "logits");
  return (names === "all" ? known : names).map((name) => {
    const shape = name === "logits" ? undefined : outputs[name];
    if (!shape) {
      const there = known.length > 0 ? `there are ${known.join(", ")}` : "the model was loaded without any";
      throw new EngineError("bad-option", `taps: no trace "${name}"; ${there}.`);
    }
    return { name, width: elements(bind(shape.slice(1), {})) };
  });
}
