import { fileURLToPath } from "node:url";
import { gemma4 } from "@engine/arch-gemma4";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { type Architecture, capture, configReader } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { createTextModel, type TextModel } from "@engine/runtime";
import { afterEach, expect, test } from "vitest";
import { readGolden } from "../src/index.ts";

const folder = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const golden = await readGolden(folder("gemma4_images"));
const { prompt, embeddings, greedy, vocab } = golden;

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function open(
  architecture: Architecture,
  name: string,
  sizes: { readonly maxTokens?: number; readonly maxRows?: number } = {},
): Promise<TextModel> {
  const { config, source } = await openCheckpoint(folder(name));
  const graph = capture(architecture, architecture.parse(configReader(config)), source);
  const device = await reference.open();
  const model = await createTextModel({ name, graph, source, device, context: 96, sessions: 3, ...sizes });
  opened.push(
    () => source.close(),
    () => device.close(),
    () => model.dispose(),
  );
  return model;
}

test("images are read whole, however short the steps", async () => {
  const model = await open(gemma4 as Architecture, "gemma4_images", { maxTokens: 10 });
  const { tokens } = await model.generate(prompt, { embeddings, maxTokens: greedy.length }).result;
  expect(tokens).toEqual(greedy);
});

test("logits of a text with images", async () => {
  const model = await open(gemma4 as Architecture, "gemma4_images", { maxRows: 12 });
  let off = 0;
  const onRow = (position: number, row: Float32Array): void => {
    for (const [i, value] of row.entries())
      off = Math.max(off, Math.abs(value - golden.logits[position * vocab + i]!));
  };
  await model.logits(prompt, { embeddings, onRow });
  expect(off).toBeLessThan(2e-3);
});

test("a text with the same ids and another image shares nothing with it", async () => {
  const model = await open(gemma4 as Architecture, "gemma4_images");
  const answer = async (given: typeof embeddings): Promise<readonly number[]> =>
    (await model.generate(prompt, { embeddings: given, maxTokens: 8 }).result).tokens;
  const other = embeddings.map((one) => ({ ...one, values: one.values.map((value) => -value) }));
  expect(await answer(embeddings)).toEqual(greedy.slice(0, 8));
  expect(await answer(other)).not.toEqual(greedy.slice(0, 8));
  expect(await answer(embeddings)).toEqual(greedy.slice(0, 8));
});

test("a second prompt of a session may hold images too", async () => {
  const model = await open(gemma4 as Architecture, "gemma4_images");
  await using session = model.session();
  const [first, second] = embeddings;
  const rest = { ...second!, at: second!.at - 12 };
  await session.generate(prompt.slice(0, 12), { embeddings: [first!], maxTokens: 1, steer: () => "stop" })
    .result;
  const before = session.length;
  await session.generate(prompt.slice(12), { embeddings: [rest], maxTokens: 4 }).result;
  expect(session.length).toBe(before + prompt.length - 12 + 4);
});

test.each([
  ["a model of text alone", "llama", llama, {}, embeddings, "reads text only"],
  ["an image longer than a step", "gemma4_images", gemma4, { maxTokens: 8 }, embeddings, "maxTokens 9"],
  ["rows of another width", "gemma4_images", gemma4, {}, [{ at: 4, values: new Float32Array(7) }], "has 36"],
  [
    "rows outside of the prompt",
    "gemma4_images",
    gemma4,
    {},
    [{ at: prompt.length, values: new Float32Array(36) }],
    `the prompt has ${prompt.length}`,
  ],
])("%s is refused", async (_, name, architecture, sizes, given, message) => {
  const model = await open(architecture as Architecture, name, sizes);
  await expect(model.generate(prompt, { embeddings: given }).result).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining(message),
  });
});
