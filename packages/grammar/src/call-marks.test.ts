import type { ChannelDescription, Tokenizer } from "@engine/tokenizer";
import { detectChannels } from "@engine/tokenizer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callMarks } from "./call-marks.ts";
import { createGrammars, type Grammars } from "./grammars.ts";

const MARKS = ["<|tool_call>", "<tool_call|>", '<|"|>', "<|other|>"];
const TOKENS = [
  "</s>",
  ...MARKS,
  "\x02",
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
];

/** One token for each sign, and Gemma's marks as special tokens. */
const tokenizer = {
  vocabSize: TOKENS.length,
  specialIds: new Set([0, 1, 2, 3, 4]),
  tokenText: (id: number) => TOKENS[id],
  tokenId: (text: string) => {
    const id = TOKENS.indexOf(text);
    return id < 0 ? undefined : id;
  },
  eosId: 0,
} as Partial<Tokenizer> as Tokenizer;
const channels: ChannelDescription = detectChannels({ templates: ["<|tool_call>"], hasToken: () => false });
const tool = {
  type: "function",
  function: {
    name: "f",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, tags: { type: "array", items: { enum: ["a", 1] } } },
      required: ["city"],
    },
  },
};

let grammars: Grammars;
beforeAll(async () => {
  const vocab = TOKENS.length;
  grammars = await createGrammars({ tokenizer, vocab, generationConfig: { eosTokenIds: [0] }, channels });
});
afterAll(() => grammars?.dispose());

const id = (text: string): number => TOKENS.indexOf(text);

/** What may come after each token of a walk. */
async function walk(tokens: readonly string[]): Promise<(text: string) => boolean> {
  const constraint = await grammars.call([tool]);
  let mask = (await constraint.allowed())!;
  for (const token of tokens) {
    expect((mask[id(token) >> 5]! >> (id(token) & 31)) & 1, `${token} of ${tokens.join("")}`).toBe(1);
    constraint.accept(id(token));
    mask = (await constraint.allowed())!;
  }
  constraint.dispose?.();
  return (text) => ((mask[id(text) >> 5]! >> (id(text) & 31)) & 1) === 1;
}

test("special tokens of a call come as tokens, where they belong and nowhere else", async () => {
  const start = await walk([]);
  expect([start("<|tool_call>"), start("<"), start('<|"|>'), start("</s>")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  const head = ["<|tool_call>", ..."call:f{city:"];
  const value = await walk(head);
  expect([value('<|"|>'), value('"'), value("<")]).toEqual([true, false, false]);
  const inside = await walk([...head, '<|"|>', ...'a "<b>']);
  // Nothing of a text ends it but its own mark, and the byte that spells marks is no text.
  expect([inside("x"), inside("<"), inside('<|"|>')]).toEqual([true, true, true]);
  expect([inside("<|tool_call>"), inside("<tool_call|>"), inside("\x02")]).toEqual([false, false, false]);
  const closed = await walk([
    ...head,
    '<|"|>',
    "a",
    '<|"|>',
    ...",tags:[1,",
    '<|"|>',
    "a",
    '<|"|>',
    "]",
    "}",
  ]);
  expect([closed("<tool_call|>"), closed("</s>")]).toEqual([true, false]);
  const ended = await walk([...head, '<|"|>', "a", '<|"|>', "}", "<tool_call|>"]);
  expect([ended("</s>"), ended("a"), ended("<|tool_call>")]).toEqual([true, false, false]);
});

test("other grammars never allow them", async () => {
  const constraint = await grammars.regex("(.|\\n)*");
  const mask = (await constraint.allowed())!;
  const may = (text: string) => (mask[id(text) >> 5]! >> (id(text) & 31)) & 1;
  expect([may("a"), may("<"), may("</s>")]).toEqual([1, 1, 1]);
  expect(MARKS.map(may)).toEqual([0, 0, 0, 0]);
});

test("only markers of calls and thoughts are marks, the longer one first", () => {
  const { spelled, spell } = callMarks(tokenizer, channels);
  expect([...spelled.keys()].toSorted()).toEqual([1, 2, 3]);
  expect(spell('a<|"|>b')).toBe(`a${spelled.get(3)}b`);
});
