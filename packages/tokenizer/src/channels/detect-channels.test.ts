import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { absent, shared } from "../../test/shared.ts";
import { createChatTemplate } from "../chat-template.ts";
import { channelsOf, detectChannels, hiddenIds, opensReasoning } from "../index.ts";

const none = () => false;

test("tokens are signs as templates are", () => {
  const tokens = ["<think>", "</think>", "<tool_call>"];
  const description = detectChannels({ templates: [], hasToken: (text) => tokens.includes(text) });
  expect(description).toMatchObject({ name: "think+tool_call", stops: [] });
  expect(detectChannels({ templates: ["{{ messages }}"], hasToken: none })).toEqual({
    name: "plain",
    tools: [],
    ignored: [],
    stops: [],
  });
});

test("a stop is a token that the template writes", () => {
  const templates = ["<|turn>model <turn|> <|im_end|>"];
  const hasToken = (text: string) => ["<turn|>", "<end_of_turn>"].includes(text);
  expect(detectChannels({ templates, hasToken }).stops).toEqual(["<turn|>"]);
});

test("special tokens of markers stay visible, others do not", () => {
  const tokens = ["<bos>", "<|channel>", "<channel|>", '<|"|>', "<|tool_call>", "<turn|>", "word"];
  const tokenizer = {
    specialIds: new Set([0, 1, 2, 3, 4, 5]),
    tokenText: (id: number) => tokens[id],
    tokenId: (text: string) => (tokens.includes(text) ? tokens.indexOf(text) : undefined),
    chatTemplate: { sources: ["<turn|>"] },
  };
  const description = channelsOf(tokenizer);
  expect(description.name).toBe("gemma-channel+gemma-call");
  expect(description.stops).toEqual(["<turn|>"]);
  expect([...hiddenIds(tokenizer, description)]).toEqual([0, 5]);
});

test("a prompt that ends in an opening marker has begun the thought", () => {
  const think = detectChannels({ templates: ["<think>"], hasToken: none });
  expect(opensReasoning("<|im_start|>assistant\n<think>\n", think)).toBe(true);
  expect(opensReasoning("<|im_start|>assistant\n<think>\n\n</think>\n\n", think)).toBe(false);
  const steps = detectChannels({ templates: ["[BEGIN FINAL RESPONSE]"], hasToken: none });
  expect(opensReasoning("<|assistant|>\n", steps)).toBe(true);
  expect(opensReasoning("<think>\n", detectChannels({ templates: [], hasToken: none }))).toBe(false);
});

const reason = absent("chat-templates");
const GEMMA = "gemma-channel+gemma-call";
describe.skipIf(reason)(`published templates${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test.each([
    ["google-gemma-4-31B-it.jinja", GEMMA],
    ["google-gemma-4-31B-it-interleaved.jinja", GEMMA],
    ["ollama-gemma4_e2b_chat_template.jinja2", GEMMA],
    ["google-gemma-2-2b-it.jinja", "plain"],
    ["Qwen-Qwen3-0.6B.jinja", "think+tool_call"],
    ["Qwen3.5-4B.jinja", "think+tool_call"],
    ["Qwen-QwQ-32B.jinja", "think+tool_call"],
    ["Qwen-Qwen2.5-7B-Instruct.jinja", "tool_call"],
    ["Qwen3-Coder.jinja", "tool_call"],
    ["NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja", "tool_call"],
    ["GLM-4.6.jinja", "think+tool_call+glm-line"],
    ["mistralai-Mistral-Nemo-Instruct-2407.jinja", "mistral-calls"],
    ["Mistral-Small-3.2-24B-Instruct-2506.jinja", "mistral-calls"],
    ["mistralai-Ministral-3-14B-Reasoning-2512.jinja", "mistral-think+mistral-calls"],
    ["meta-llama-Llama-3.1-8B-Instruct.jinja", "python-tag+llama-json"],
    ["meta-llama-Llama-3.2-3B-Instruct.jinja", "llama-json"],
    ["deepseek-ai-DeepSeek-V3.1.jinja", "think+deepseek-call"],
    ["microsoft-Phi-3.5-mini-instruct.jinja", "plain"],
    ["openai-gpt-oss-120b.jinja", "harmony+harmony-call"],
    ["Kimi-K2-Thinking.jinja", "think+kimi-call"],
    ["MiniMax-M3.jinja", "minimax-think+tool_call+minimax-elements"],
    ["ByteDance-Seed-OSS.jinja", "seed-think+seed-call"],
    ["tencent-Hy3.jinja", "hunyuan-think+hunyuan-call"],
    ["Apriel-1.6-15b-Thinker-fixed.jinja", "apriel-steps+apriel-calls"],
    ["LFM2-8B-A1B.jinja", "lfm-calls"],
    ["openbmb-MiniCPM5-1B.jinja", "think+minicpm-function"],
    ["ibm-granite-granite-3.3-2B-Instruct.jinja", "think+granite-calls"],
    ["NVIDIA-Nemotron-Nano-v2.jinja", "think+nemotron-calls"],
    ["meetkai-functionary-medium-v3.1.jinja", "functionary+python-tag"],
  ])("%s is %s", (file, name) => {
    const text = readFileSync(shared(`chat-templates/${file}`), "utf8");
    expect(detectChannels({ templates: [text], hasToken: none }).name).toBe(name);
  });

  test.each([
    ["Qwen3.5-4B.jinja", true, true],
    ["Qwen3.5-4B.jinja", false, false],
    ["Qwen-Qwen3-0.6B.jinja", true, false],
    ["Qwen-Qwen3-0.6B.jinja", false, false],
    ["deepseek-ai-DeepSeek-V3.1.jinja", true, true],
    ["GLM-4.6.jinja", true, false],
    ["google-gemma-4-31B-it.jinja", true, false],
    ["google-gemma-4-31B-it.jinja", false, false],
  ])("%s with thinking %s opens the thought itself: %s", (file, thinking, opens) => {
    const text = readFileSync(shared(`chat-templates/${file}`), "utf8");
    const prompt = createChatTemplate({ templates: new Map([["default", text]]), tokens: {} }).render({
      messages: [{ role: "user", content: "Hi" }],
      addGenerationPrompt: true,
      enable_thinking: thinking,
    });
    expect(opensReasoning(prompt, detectChannels({ templates: [text], hasToken: none }))).toBe(opens);
  });
});
