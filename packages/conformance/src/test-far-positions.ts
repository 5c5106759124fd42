import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, SEQUENCE } from "@engine/core";
import { readSafetensors } from "@engine/loader";
import { expect, test } from "vitest";
import type { Golden } from "./golden.ts";
import { type GoldenModel, type GoldenModelOptions, openGoldenModel } from "./golden-model.ts";
import { maxDifference } from "./tolerance.ts";

/** Texts that begin at positions 32k and 128k, where the folder has far.safetensors (tools/goldens/far_positions.py). */
export function testFarPositions(
  folder: string,
  model: () => GoldenModel,
  golden: () => Golden,
  options: { readonly tolerance: number },
): void {
  const path = join(folder, "far.safetensors");
  if (!existsSync(path)) return;
  test("texts that begin far from the start", async ({ annotate }) => {
    const expected = [...(await readSafetensors(path))].filter(([name]) => name.startsWith("begin"));
    expect(expected.length).toBeGreaterThan(0);
    for (const [name, { data }] of expected) {
      const logits = await readFrom(model(), golden().prompt, Number(name.slice("begin".length)));
      const off = maxDifference(logits, data as Float32Array);
      await annotate(`${name}: logits off by at most ${off.toExponential(2)}`);
      expect(off, name).toBeLessThanOrEqual(options.tolerance);
    }
  });
}

/** The prompt's logits with an empty cache, its first token standing at position `begin`. */
async function readFrom(
  { runner, plan, vocab }: GoldenModel,
  prompt: readonly number[],
  begin: number,
): Promise<Float32Array> {
  const sequence = runner.sequence();
  sequence.reserve(prompt.length);
  const record = new Int32Array(SEQUENCE.stride).fill(-1);
  record.set([0, prompt.length, 0]);
  record[SEQUENCE.slotWritten] = sequence.nextSlot;
  record[SEQUENCE.prompt] = 1;
  await plan.run(
    {
      tokens: Int32Array.from(prompt),
      positions: Int32Array.from(prompt, (_, i) => begin + i),
      extents: new Int32Array(prompt.length).fill(begin + prompt.length),
      sequences: record,
      tables: sequence.tables.map((table) => Int32Array.from(table)),
      wanted: Int32Array.from(prompt, (_, i) => i),
    },
    {},
  );
  const logits = new Float32Array(prompt.length * vocab);
  for (let row = 0; row < prompt.length; row++)
    await plan.logits(row, logits.subarray(row * vocab, (row + 1) * vocab));
  sequence.clear();
  return logits;
}

/** The long prompt of far.safetensors, in steps of 256 tokens: its last rows. For fast backends. */
export function testLongPrompt<C>(
  architecture: Architecture<C>,
  folder: string,
  options: GoldenModelOptions & { readonly tokens: number; readonly tolerance: number },
): void {
  test(`a prompt of ${options.tokens} tokens on ${folder.split("/").at(-1)}`, async ({ annotate }) => {
    const expected = (await readSafetensors(join(folder, "far.safetensors"))).get("long");
    if (!expected) throw new Error(`${folder}: far.safetensors holds no "long"`);
    const model = await openGoldenModel(architecture, folder, { ...options, blocks: options.tokens / 16 });
    try {
      const sequence = model.runner.sequence();
      const [rows, vocab] = expected.shape as [number, number];
      const tokens = Array.from(
        { length: options.tokens },
        (_, i) => ((Math.imul(i, 2654435761) >>> 16) % (vocab - 3)) + 3,
      );
      for (let at = 0; at < tokens.length - rows; at += 256) {
        const part = {
          tokens: tokens.slice(at, Math.min(at + 256, tokens.length - rows)),
          prompt: tokens.length,
        };
        await model.step([[sequence, part, "none"]]);
      }
      const last = await model.read(sequence, { tokens: tokens.slice(-rows), prompt: tokens.length });
      const off = maxDifference(last, expected.data as Float32Array);
      await annotate(`last logits off by at most ${off.toExponential(2)}`);
      expect(off).toBeLessThanOrEqual(options.tolerance);
    } finally {
      await model.close();
    }
  });
}
