import { describe, expect, test } from "vitest";
import { tinyModel } from "../test/tiny-model.ts";

const PROMPT = Array.from({ length: 45 }, (_, i) => (i * 11 + 3) % 31);

describe.each([
  ["full attention", {}],
  ["sliding windows", { sliding_window: 9, layer_types: ["full_attention", "sliding_attention"] }],
  ["dynamic rope", { rope_scaling: { rope_type: "dynamic", factor: 2 }, max_position_embeddings: 16 }],
])("%s", (_, config) => {
  test("a saved session goes on elsewhere as it would have here", async () => {
    const here = await tinyModel({ context: 150, blockTokens: 16 }, config);
    await using session = here.model.session();
    await session.generate(PROMPT, { maxTokens: 6 }).result;
    const saved = await session.save();
    const more = await session.generate([1, 2], { maxTokens: 20 }).result;

    const there = await tinyModel({ context: 150, blockTokens: 16, sessions: 1 }, config);
    await using restored = await there.model.restore(saved);
    expect(restored.tokens).toEqual(session.tokens.slice(0, 51));
    const again = await restored.generate([1, 2], { maxTokens: 20 }).result;
    expect([again.tokens, again.usage]).toEqual([more.tokens, more.usage]);
    expect(there.model.stats().promptTokens).toBe(3);
  });
});

test("without blocks to write it to, or saved without any, it is computed again", async () => {
  const { model } = await tinyModel({ context: 64, sessions: 1, blockTokens: 16 });
  const session = model.session();
  await session.generate(PROMPT, { maxTokens: 4 }).result;
  const expected = (await (await session.fork()).generate([5], { maxTokens: 6 }).result).tokens;
  // Takes all blocks, and with them those of the session.
  await model.generate(new Array(60).fill(1)).result;
  const restored = await model.restore(await session.save());
  expect((await restored.generate([5], { maxTokens: 6 }).result).tokens).toEqual(expected);
});

test("what came from outside is not given to other texts", async () => {
  const { model } = await tinyModel({ blockTokens: 16 });
  const session = model.session();
  const { tokens } = await session.generate(PROMPT, { maxTokens: 4 }).result;
  const saved = await session.save();
  // The last bytes are values of the last layer.
  for (let at = saved.length - 3000; at < saved.length; at++) saved[at]! ^= 1;
  const { model: other } = await tinyModel({ blockTokens: 16 });
  await using restored = await other.restore(saved);
  await restored.generate([1], { maxTokens: 20 }).result;
  const clean = await other.generate(PROMPT, { maxTokens: 4 }).result;
  expect([clean.tokens, clean.usage.cachedTokens]).toEqual([tokens, 0]);
});

test("a session is saved between its answers, not in one", async () => {
  const { model } = await tinyModel();
  const session = model.session();
  const iterator = session.generate(PROMPT)[Symbol.asyncIterator]();
  await iterator.next();
  await expect(session.save()).rejects.toMatchObject({ code: "bad-option" });
  await iterator.return?.();
  await session.dispose();
  await expect(session.save()).rejects.toMatchObject({ code: "disposed" });
});

describe("bytes that are refused", () => {
  const saved = async () => {
    const { model } = await tinyModel({ blockTokens: 16 });
    const session = model.session();
    await session.generate(PROMPT, { maxTokens: 4 }).result;
    return { model, bytes: await session.save() };
  };

  test("another model's, another block size's, and those that are too long", async () => {
    const { bytes } = await saved();
    for (const other of [
      await tinyModel({ blockTokens: 16 }, { rope_theta: 500 }),
      await tinyModel({ blockTokens: 32 }),
      await tinyModel({ blockTokens: 16, kv: "f16" }),
    ])
      await expect(other.model.restore(bytes)).rejects.toMatchObject({ code: "bad-session" });
    const short = await tinyModel({ blockTokens: 16, context: 40 });
    await expect(short.model.restore(bytes)).rejects.toMatchObject({ code: "context-overflow" });
  });

  test("any that are cut or changed give an error or a session, and leave the blocks free", async () => {
    const { model, bytes } = await saved();
    const used = model.stats().blocks.used;
    const header = 16 + 4 + new DataView(bytes.buffer).getUint32(16, true);
    let refused = 0;
    for (let at = 0; at < header + 400; at += 7) {
      const cut = at % 2 === 0 ? bytes.slice(0, at) : bytes.slice();
      if (at % 2 === 1) cut[at] = (cut[at]! + 1 + (at % 250)) & 255;
      const session = await model.restore(cut).catch((error) => {
        expect(["bad-session", "context-overflow"]).toContain(error.code);
        refused++;
      });
      await session?.dispose();
      expect(model.stats().blocks.used).toBe(used);
    }
    expect(refused).toBeGreaterThan(40);
  });
});
