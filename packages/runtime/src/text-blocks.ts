import { blockBytes, elements, type StateStore } from "@engine/core";
import type { Runner } from "./runner.ts";
import type { Sequence } from "./sequence.ts";

/** Blocks as bytes. */
export type BlockStore = Pick<StateStore, "read" | "write">;

/** Every block of a text's tables, cache by cache, then its slot, state by state. */
export async function eachPart(
  runner: Runner,
  text: {
    readonly sequence: Sequence;
    readonly tables: readonly (readonly number[])[];
    readonly slot: number;
  },
  use: (name: string, block: number, bytes: number) => Promise<void>,
): Promise<void> {
  const { sequence, tables, slot } = text;
  for (const spec of runner.program.caches) {
    const bytes = blockBytes(spec, runner.size.blockTokens);
    for (const i of tables[spec.group]!) await use(spec.name, sequence.tables[spec.group]![i]!, bytes);
  }
  if (slot < 0) return;
  for (const { name, shape } of runner.program.states) await use(name, slot, 4 * elements(shape));
}
