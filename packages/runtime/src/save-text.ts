import { EngineError } from "@engine/core";
import { History } from "./history.ts";
import type { ModelParts } from "./model-parts.ts";
import { decodeText, encodeText } from "./saved-text.ts";
import { eachPart } from "./text-blocks.ts";

/** A text with the blocks it has now, as bytes that `restoreText` reads. Called in its turn, while no step uses the text. */
export async function saveText(model: ModelParts, history: History): Promise<Uint8Array> {
  const { sequence } = history;
  const { length, longest } = sequence;
  const used = Math.ceil(length / sequence.blockTokens);
  const tables = sequence.tables.map((table) =>
    table.slice(0, used).flatMap((block, i) => (block < 0 ? [] : [i])),
  );
  const blocks: Uint8Array[] = [];
  await eachPart(model.runner, { sequence, tables, slot: sequence.slot }, async (name, block, bytes) => {
    const into = new Uint8Array(bytes);
    await model.state.read(name, block, into);
    blocks.push(into);
  });
  return encodeText({
    model: await model.fingerprint(),
    ...history.rows(),
    cached: length,
    longest,
    tables,
    blocks,
  });
}

/** Throws `bad-session` for bytes of another model or damaged ones, and `context-overflow`. */
export async function restoreText(model: ModelParts, file: Uint8Array): Promise<History> {
  const saved = decodeText(file);
  const fail = (text: string): never => {
    throw new EngineError("bad-session", `The saved session does not fit this model: ${text}.`);
  };
  if (saved.model !== (await model.fingerprint()))
    fail("it was saved by another one, or with keys and values of another type or block size");
  if (saved.tokens.length >= model.context) {
    throw new EngineError(
      "context-overflow",
      `The saved session has ${saved.tokens.length} tokens, but the context is ${model.context}. Load the model with a larger context.`,
    );
  }
  const sequence = model.runner.sequence();
  const history = new History(sequence, model.rules);
  const { cached, tables, blocks, longest } = saved;
  if (!history.take(saved, model.vocab) || cached > saved.computed) fail("its rows contradict each other");
  if (cached === 0) return history;
  // What was rewound is computed again; so is a text for which there are no blocks now.
  if (!model.scheduler.memory.free([sequence.needs(cached)])) return history;
  sequence.reserve(cached);
  const seen = sequence.seen(cached);
  const whole = seen.every((list, group) => list.every((i) => tables[group]?.includes(i)));
  const inside = tables.every((table, group) => table.every((i) => i < sequence.tables[group]!.length));
  let at = 0;
  try {
    if (!whole || !inside || tables.length !== seen.length) fail("blocks are missing");
    await eachPart(
      model.runner,
      { sequence, tables, slot: sequence.nextSlot },
      async (name, block, bytes) => {
        const from = blocks[at++];
        if (from?.length !== bytes)
          return fail(`block ${at - 1} has ${from?.length ?? 0} bytes instead of ${bytes}`);
        await model.state.write(name, block, from);
      },
    );
    sequence.advance(cached, history.key);
    sequence.longest = longest;
    return history;
  } catch (error) {
    sequence.clear();
    throw error;
  }
}
