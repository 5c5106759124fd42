import { fileURLToPath } from "node:url";
import { load, type Model } from "@engine/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGrammars, type Grammars } from "./index.ts";

const DEMO = fileURLToPath(new URL("../../model-demo/model", import.meta.url));

let model: Model;
let grammars: Grammars;
beforeAll(async () => {
  model = await load(DEMO, { context: 512 });
  grammars = await createGrammars(model);
});
afterAll(async () => {
  grammars?.dispose();
  await model?.dispose();
});

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 12 },
    age: { type: "integer", minimum: 0, maximum: 99 },
    tags: { type: "array", items: { enum: ["red", "blue"] }, minItems: 1, maxItems: 3 },
    nested: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
  },
  required: ["name", "age", "tags", "nested"],
};

describe("a model that has never seen JSON writes", () => {
  test("what the schema asks for, whatever the seed, several at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, seed) => {
        const constraint = await grammars.json(schema);
        return model.generate("Once upon a time", { constraint, seed, temperature: 1, maxTokens: 200 })
          .result;
      }),
    );
    for (const { text, finishReason } of answers) {
      expect(finishReason).toBe("stop");
      const { name, age, tags, nested } = JSON.parse(text);
      expect(name.length).toBeLessThanOrEqual(12);
      expect(age >= 0 && age <= 99 && Number.isInteger(age)).toBe(true);
      expect(tags.every((tag: string) => tag === "red" || tag === "blue")).toBe(true);
      expect(typeof nested.ok).toBe("boolean");
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  test.each<[string, (made: Grammars) => Promise<unknown>, RegExp]>([
    [
      "one of some texts",
      (made) => made.choice(["a cat", "a dog", 'a "bird"\n']),
      /^(a cat|a dog|a "bird"\n)$/,
    ],
    ["a text that matches", (made) => made.regex("[A-C]{2}-[0-9]{3}"), /^[A-C]{2}-[0-9]{3}$/],
    ["a text of a grammar", (made) => made.ebnf('root ::= "(" root ")" | "x"'), /^\(*x\)*$/],
    [
      "text with a part of a given form",
      (made) =>
        made.structure({
          type: "tag",
          begin: "<call>",
          content: { type: "regex", pattern: '\\{"city": "(Rome|Oslo)"\\}' },
          end: "</call>",
        }),
      /^<call>\{"city": "(Rome|Oslo)"\}<\/call>$/,
    ],
  ])("%s", async (_, make, expected) => {
    for (const seed of [1, 2]) {
      const constraint = (await make(grammars)) as Awaited<ReturnType<Grammars["choice"]>>;
      const options = { constraint, seed, temperature: 1, maxTokens: 120 };
      const { text } = await model.generate("The", options).result;
      expect(text).toMatch(expected);
    }
  });

  test("an object where no schema is given", async () => {
    const constraint = await grammars.json();
    const { text } = await model.generate("The", { constraint, maxTokens: 200, frequencyPenalty: 1 }).result;
    expect(text[0]).toBe("{");
  });
});

test("each answer has its own way through one compiled grammar", async () => {
  const options = async () => ({
    constraint: await grammars.choice(["yes", "no"]),
    maxTokens: 8,
    temperature: 0,
  });
  const [one, two] = await Promise.all([
    model.generate("Is it?", await options()).result,
    model.generate("Is it?", await options()).result,
  ]);
  expect(one.text).toBe(two.text);
  expect(["yes", "no"]).toContain(one.text);
});

test.each<[string, (made: Grammars) => Promise<unknown>, string]>([
  ["a schema", (made) => made.json({ type: "nonsense" }), 'Unsupported type "nonsense"'],
  ["an expression", (made) => made.regex("("), "parenthesis is not closed"],
  ["a grammar", (made) => made.ebnf("no rule"), '"root" is not found'],
  ["a structure", (made) => made.structure({ type: "nonsense" }), "nonsense"],
])("%s that cannot be read is refused with the reason, again and again", async (_, make, reason) => {
  for (let i = 0; i < 2; i++) {
    const error: unknown = await make(grammars).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "bad-option", message: expect.stringContaining("cannot be made") });
    expect(String(error)).toContain(reason);
    expect(String(error)).not.toMatch(/Aborted|\.cc:/);
  }
});

test("refusals, however many, leave nothing behind that an answer under way would meet", async () => {
  const options = { seed: 3, temperature: 1, maxTokens: 60 };
  const alone = await model.generate("Once", { ...options, constraint: await grammars.json(schema) }).result;
  const constraint = await grammars.json(schema);
  // Some twenty made xgrammar write over its own memory.
  for (let i = 0; i < 30; i++) await expect(grammars.json({ type: `nonsense ${i}` })).rejects.toThrow(`${i}`);
  await expect(grammars.regex("(")).rejects.toThrow("parenthesis is not closed");
  expect((await model.generate("Once", { ...options, constraint }).result).text).toBe(alone.text);
});

test("without a token that ends an answer none could end", async () => {
  const { tokenizer, vocab } = model;
  const endless = { ...tokenizer!, eosId: undefined, tokenId: () => undefined };
  const made = createGrammars({
    tokenizer: endless as typeof tokenizer & object,
    vocab,
    generationConfig: { eosTokenIds: [] },
  });
  await expect(made).rejects.toThrow("no stop token");
});
