import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import type { Constraint } from "@engine/runtime";
import { expect, test } from "vitest";
import { letter, tinyFolder, tinyTokenizer } from "../test/tiny-folder.ts";
import { AutoModel, Registry } from "./index.ts";

const messages = [{ role: "user", content: letter(120) + letter(135) }];
const ids = [1, 120, 135, 3, 16];
const OPEN = 200;
const CLOSE = 201;

/** These tokens in this order, and nothing else. */
function exactly(tokens: readonly number[]): Constraint & { readonly seen: number[] } {
  const seen: number[] = [];
  return {
    seen,
    allowed() {
      const mask = new Uint32Array(8);
      const next = tokens[seen.length]!;
      mask[next >> 5] = 1 << (next & 31);
      return mask;
    },
    accept: (token) => seen.push(token),
    get finished() {
      return seen.length === tokens.length;
    },
  };
}

async function thinker(before: string) {
  const folder = await tinyFolder({
    "tokenizer.json": tinyTokenizer({ [OPEN]: "[THINK]", [CLOSE]: "[/THINK]" }),
    ...(before && {
      "tokenizer_config.json": {
        bos_token: "<s>",
        eos_token: "<|end|>",
        chat_template: `{{ bos_token }}{% for m in messages %}{{ m.content }}<|end|>{% endfor %}${before}`,
      },
    }),
  });
  const model = await AutoModel.load(folder.path, { registry: new Registry([llama]), backend: reference });
  return { model, dispose: () => model.dispose().then(() => folder[Symbol.asyncDispose]()) };
}

test("it holds from the first token where the model does not think, and ends the answer", async () => {
  const { model, dispose } = await thinker("");
  const constraint = exactly([50, 60, 70]);
  const result = await model.generate(ids, { constraint, maxTokens: 12 }).result;
  expect([result.tokens, result.finishReason]).toEqual([[50, 60, 70], "stop"]);
  await dispose();
});

test("a thought that the prompt opened is free; the answer after it is not", async () => {
  const { model, dispose } = await thinker("[THINK]");
  const constraint = exactly([50, 60, 70]);
  const result = await model.chat(messages, { constraint, thoughtBudget: 4, maxTokens: 20 }).result;
  expect(result.tokens.slice(-4)).toEqual([CLOSE, 50, 60, 70]);
  expect(constraint.seen).toEqual([50, 60, 70]);
  expect(result).toMatchObject({
    finishReason: "stop",
    text: letter(50) + letter(60) + letter(70),
    usage: { reasoningTokens: 5, completionTokens: 8 },
  });
  await dispose();
});

test("a model may open its thought itself, before the answer only and where thoughts are wanted", async () => {
  const { model, dispose } = await thinker("");
  expect(model.channels?.reasoning?.open).toBe("[THINK]");
  const bias = { logitBias: { [OPEN]: 100 } };
  const constraint = exactly([50, 60, 70]);
  const thought = await model.chat(messages, { ...bias, constraint, thoughtBudget: 3, maxTokens: 20 }).result;
  expect(thought.tokens[0]).toBe(OPEN);
  expect(thought.tokens.slice(-4)).toEqual([CLOSE, 50, 60, 70]);
  const plain = exactly([50, 60, 70]);
  const without = await model.chat(messages, { ...bias, constraint: plain, thinking: false, maxTokens: 20 })
    .result;
  expect(without.tokens).toEqual([50, 60, 70]);
  await dispose();
});

test("who stops reading a chat has the result up to there", async () => {
  const { model, dispose } = await thinker("");
  const chat = model.chat(messages, { maxTokens: 20 });
  let text = "";
  for await (const event of chat) {
    if (event.type === "text") text += event.text;
    if (text.length >= 3) break;
  }
  const result = await chat.result;
  expect([result.text, result.finishReason, result.usage.completionTokens]).toEqual([text, "abort", 3]);
  await dispose();
});
