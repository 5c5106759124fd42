import { rmSync } from "node:fs";
import { load, type Model } from "@engine/engine";
import type { GenerateResult } from "@engine/runtime";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyModel } from "../../test/tiny-model.ts";
import { Conversation } from "./conversation.ts";

let folder = "";
let model: Model;

beforeAll(async () => {
  folder = await tinyModel({ template: true });
  model = await load(folder, { sessions: 1 });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

async function ask(conversation: Conversation, text: string): Promise<GenerateResult> {
  const answer = conversation.ask(text, { temperature: 0, maxTokens: 4, logitBias: onlyLetters });
  for (;;) {
    const step = await answer.next();
    if (step.done) return step.value;
  }
}

// Answers of plain letters are read back as the same tokens, which random bytes need not be.
const onlyLetters = Object.fromEntries(
  Array.from({ length: 258 }, (_, id) => [id, id >= 97 && id <= 122 ? 0 : Number.NEGATIVE_INFINITY]),
);

it("reads only what is new", async () => {
  await using conversation = new Conversation(model);
  const first = await ask(conversation, "Hello");
  const second = await ask(conversation, "And?");
  expect(first.usage.cachedTokens).toBe(0);
  // The last token of an answer is not read until the next turn.
  const whole = "[user]Hello\n[assistant]".length + 1 + 4;
  expect(second.usage.cachedTokens).toBeGreaterThanOrEqual(whole - 1);
  expect(second.usage.promptTokens).toBe(whole + "\n[user]And?\n[assistant]".length);
});

it("gives the same second answer as a conversation read at once", async () => {
  await using conversation = new Conversation(model);
  const first = await ask(conversation, "Hello");
  const second = await ask(conversation, "And?");
  const prompt = `[user]Hello\n[assistant]${first.text}\n[user]And?\n[assistant]`;
  const ids = [256, ...Buffer.from(prompt)];
  const options = { temperature: 0, maxTokens: 4, logitBias: onlyLetters };
  expect((await model.generate(ids, options).result).tokens).toEqual(second.tokens);
});

it("holds one session at a time, and none after it ended", async () => {
  const conversation = new Conversation(model);
  await ask(conversation, "Hello");
  await conversation.clear();
  expect((await ask(conversation, "Hello")).usage.cachedTokens).toBe(0);
  await conversation[Symbol.asyncDispose]();
  // The model has blocks for one text only.
  await using another = new Conversation(model);
  await ask(another, "x".repeat(200));
});
