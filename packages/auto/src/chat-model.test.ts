import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { expect, test } from "vitest";
import { letter, tinyFolder, tinyTokenizer } from "../test/tiny-folder.ts";
import { AutoModel, type ChatOptions, type LoadOptions, Registry } from "./index.ts";

const base: LoadOptions = { registry: new Registry([llama]), backend: reference };
const messages = [{ role: "user", content: letter(120) + letter(135) }];
const ids = [1, 120, 135, 3, 16];

/** What the trained weights say to the conversation, before any token has a meaning. */
async function freely(prompt: readonly number[], maxTokens: number): Promise<number[]> {
  await using folder = await tinyFolder();
  await using model = await AutoModel.load(folder.path, base);
  return (await model.generate(prompt, { maxTokens }).result).tokens;
}

test("a session answers a conversation it has read the beginning of", async () => {
  const chat_template =
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}丐{% endif %}{{ m.content }}<|end|>{% endfor %}丐";
  const config = { bos_token: "<s>", eos_token: "<|end|>", chat_template };
  await using folder = await tinyFolder({ "tokenizer_config.json": config });
  await using model = await AutoModel.load(folder.path, base);
  await using session = model.session();
  const generate: ChatOptions["generate"] = (prompt, options) => {
    expect(prompt.slice(0, session.length)).toEqual(session.tokens);
    return session.generate(prompt.slice(session.length), options);
  };
  const first = await model.chat(messages, { maxTokens: 4, generate }).result;
  const more = [...messages, { role: "assistant", content: first.text }, ...messages];
  const alone = await model.chat(more, { maxTokens: 4 }).result;
  const read = await model.chat(more, { maxTokens: 4, generate }).result;
  expect(read).toMatchObject({ tokens: alone.tokens, text: alone.text });
  expect([alone.usage.cachedTokens, read.usage.cachedTokens]).toEqual([0, 8]);
});

test("a real model's thought is read, and closed when its budget is spent", async () => {
  const free = await freely(ids, 12);
  const open = free[0]!;
  const close = [...Array(256).keys()].find((id) => id > 16 && !free.includes(id) && !ids.includes(id))!;
  const names = { [open]: "[THINK]", [close]: "[/THINK]" };
  await using folder = await tinyFolder({ "tokenizer.json": tinyTokenizer(names) });
  await using model = await AutoModel.load(folder.path, base);
  expect(model.channels?.name).toBe("mistral-think");

  const whole = await model.chat(messages, { maxTokens: 12 }).result;
  expect(whole.tokens).toEqual(free);
  const thought = free.slice(1).filter((id) => id !== open);
  expect(whole).toMatchObject({ text: "", reasoning: expect.stringContaining(letter(thought[0]!)) });
  expect(whole.usage).toMatchObject({ reasoningTokens: 11, promptTokens: 5 });

  const budget = 3;
  const cut = await model.chat(messages, { maxTokens: 12, thoughtBudget: budget }).result;
  expect(cut.tokens.slice(0, 1 + budget + 1)).toEqual([...free.slice(0, 1 + budget), close]);
  // After the forced marker the model goes on from a text that holds it.
  const after = await freely([...ids, ...free.slice(0, 1 + budget), close], 7);
  expect(cut.tokens.slice(1 + budget + 1)).toEqual(after);
  expect(cut.usage).toEqual({ promptTokens: 5, cachedTokens: 0, completionTokens: 12, reasoningTokens: 4 });
  expect(cut.text).not.toBe("");
});
