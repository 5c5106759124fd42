import { readFileSync } from "node:fs";
import { join } from "node:path";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { describe, expect, test } from "vitest";
import { letter, TINY, TINY_CONFIG, tinyFolder } from "../test/tiny-folder.ts";
import { AutoModel, type LoadOptions, Registry } from "./index.ts";

const golden: { readonly prompt_ids: number[]; readonly greedy_tokens: number[] } = JSON.parse(
  readFileSync(join(TINY, "golden.json"), "utf8"),
);
const base: LoadOptions = { registry: new Registry([llama]), backend: reference };

describe("tokenizer and chat", () => {
  test("text in, text out", async () => {
    await using folder = await tinyFolder();
    await using model = await AutoModel.load(folder.path, base);
    const prompt = golden.prompt_ids.map(letter).join("");
    const result = await model.generate(prompt, { maxTokens: 24, raw: true }).result;
    expect(result.tokens).toEqual(golden.greedy_tokens);
    expect(result.text).toBe(golden.greedy_tokens.map(letter).join(""));
  });

  test("a conversation is rendered, has one BOS, and ends with its result", async () => {
    await using folder = await tinyFolder();
    await using model = await AutoModel.load(folder.path, base);
    const messages = [{ role: "user", content: letter(120) + letter(135) }];
    const ids = [1, 120, 135, 3, 0x4e10 - 0x4e00];
    const expected = await model.generate(ids, { maxTokens: 6 }).result;
    let text = "";
    const types: string[] = [];
    const chat = model.chat(messages, { maxTokens: 6 });
    for await (const event of chat) {
      types.push(event.type);
      if (event.type === "text") text += event.text;
      else expect(event).toMatchObject({ tokens: expected.tokens, finishReason: "length", text });
    }
    expect(text).toBe(expected.text);
    expect(types.at(-1)).toBe("finish");
    expect((await chat.result).usage.promptTokens).toBe(5);
    expect((await model.chat(messages, { maxTokens: 6 }).result).tokens).toEqual(expected.tokens);
  });

  test("breaking out of a conversation stops it", async () => {
    await using folder = await tinyFolder();
    await using model = await AutoModel.load(folder.path, base);
    const chat = model.chat([{ role: "user", content: letter(120) }], { maxTokens: 50 });
    for await (const _ of chat) break;
    expect((await chat.result).finishReason).toBe("abort");
  });

  test("without a template chat says what to do", async () => {
    await using folder = await tinyFolder({ "tokenizer_config.json": { bos_token: "<s>" } });
    await using model = await AutoModel.load(folder.path, base);
    expect(() => model.chat([{ role: "user", content: "x" }])).toThrow(
      "Use generate() with a plain text (--raw",
    );
  });

  test("without a tokenizer text is refused, ids are not", async () => {
    await using model = await AutoModel.load(TINY, base);
    await expect(model.generate("hello").result).rejects.toThrow("Pass token ids instead.");
    expect(() => model.chat([])).toThrow("chat() needs a tokenizer");
  });

  test("a broken tokenizer is noted, and the model still takes ids", async () => {
    await using folder = await tinyFolder({ "tokenizer.json": "{ broken" });
    await using model = await AutoModel.load(folder.path, base);
    expect(model.notes[0]).toContain("tokenizer.json");
    await expect(model.generate("hello").result).rejects.toMatchObject({ code: "bad-tokenizer" });
    expect((await model.generate(golden.prompt_ids, { maxTokens: 2 }).result).tokens).toHaveLength(2);
  });
});

describe("what generation_config.json says", () => {
  const tokens = golden.greedy_tokens;

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["its list of stop tokens", { eos_token_id: [2, tokens[3]] }, {}],
    ["config.json's, where it has none", {}, { eos_token_id: tokens[3] }],
  ])("%s", async (_, generation, config) => {
    await using folder = await tinyFolder({
      "generation_config.json": generation,
      "config.json": { ...TINY_CONFIG, ...config },
    });
    await using model = await AutoModel.load(folder.path, base);
    const result = await model.generate(golden.prompt_ids, { maxTokens: 24 }).result;
    expect([result.tokens, result.finishReason]).toEqual([tokens.slice(0, 3), "stop"]);
  });

  test("the tokenizer's own end stops too", async () => {
    const tokenizer = { bos_token: "<s>", eos_token: letter(tokens[4]!) };
    await using folder = await tinyFolder({ "tokenizer_config.json": tokenizer });
    await using model = await AutoModel.load(folder.path, base);
    const result = await model.generate(golden.prompt_ids, { maxTokens: 24 }).result;
    expect(result.tokens).toEqual(tokens.slice(0, 4));
  });

  test("it draws only when do_sample says so, and options win", async () => {
    const draws = { do_sample: true, temperature: 1.5, top_k: 40 };
    for (const [generation, greedy] of [
      [draws, false],
      [{ ...draws, do_sample: false }, true],
      [{ temperature: 1.5 }, true],
    ] as const) {
      await using folder = await tinyFolder({ "generation_config.json": generation });
      await using model = await AutoModel.load(folder.path, base);
      const free = await model.generate(golden.prompt_ids, { maxTokens: 24, seed: 1 }).result;
      expect(JSON.stringify(free.tokens) === JSON.stringify(tokens)).toBe(greedy);
      const told = await model.generate(golden.prompt_ids, { maxTokens: 24, temperature: 0 }).result;
      expect(told.tokens).toEqual(tokens);
    }
  });

  test("suppressed tokens never come, beside a bias of the caller's", async () => {
    await using folder = await tinyFolder({ "generation_config.json": { suppress_tokens: [tokens[0]] } });
    await using model = await AutoModel.load(folder.path, base);
    const options = { maxTokens: 1, logitBias: { [tokens[1]!]: -50 } };
    const result = await model.generate(golden.prompt_ids, options).result;
    expect(result.tokens).not.toContain(tokens[0]);
  });
});
