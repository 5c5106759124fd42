import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Told, told } from "../../test/channel-sample.ts";
import { absent, shared } from "../../test/shared.ts";
import { createChatTemplate } from "../chat-template.ts";
import { ChannelParser, type ChatMessage, detectChannels, opensReasoning, prepareHistory } from "../index.ts";
import { STOPS } from "./table-row.ts";

const string = { type: "string", description: "A text." };
const properties = { city: string, note: string, days: { type: "integer", description: "How many." } };
const tool = {
  type: "function",
  function: { name: "weather", description: "Looks it up.", parameters: { type: "object", properties } },
};
const args = { city: 'Köln "am Rhein"', days: 3, note: "a {b}: [c], <d>\nand 12" };
const user = { role: "user", content: "Weather?" };
const thought = { reasoning_content: "PONDER", reasoning: "PONDER" };
const asked = {
  role: "assistant",
  content: null,
  ...thought,
  tool_calls: [{ id: "abcdefghi", type: "function", function: { name: "weather", arguments: args } }],
};
const said = { role: "assistant", content: "Sunny, <b>12</b>.", ...thought };
/** Ends of turns that the templates write and the tokenizers of those models have as stops. */
const ENDS = [...STOPS, "</s>", "<|message_sep|>\n\n", "\n\n<sep>", "\n<|end|>"];

/** The answer a model would have given for its template to write this message so. */
function answerOf(file: string, message: ChatMessage, thinking: boolean) {
  const template = readFileSync(shared(`chat-templates/${file}`), "utf8");
  const templates = [template];
  const description = detectChannels({ templates, hasToken: () => false });
  const jinja = createChatTemplate({
    templates: new Map([["default", template]]),
    tokens: { bos_token: "<s>", eos_token: "</s>" },
  });
  const render = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) =>
    jinja.render({
      messages: prepareHistory(messages, { description, templates }),
      tools: [tool],
      addGenerationPrompt,
      enable_thinking: thinking,
      thinking,
      now: new Date(2026, 0, 1),
    });
  const whole = render([user, message], false);
  const prompt = render([user], true);
  // Templates that open a thought themselves write none before a call of the past.
  let begun = prompt.length;
  while (!whole.startsWith(prompt.slice(0, begun))) begun--;
  // … but not in the middle of a marker.
  if (begun < prompt.length)
    begun = Math.max(whole.lastIndexOf(">", begun - 1), whole.lastIndexOf("\n", begun - 1)) + 1;
  const opened = begun === prompt.length && opensReasoning(prompt, description);
  const rest = whole.slice(begun);
  const ends = ENDS.map((end) => rest.indexOf(end, 1)).filter((at) => at >= 0);
  const answer = rest.slice(0, Math.min(rest.length, ...ends));
  const parser = new ChannelParser(description, { opened, tools: [tool] });
  return { answer, events: told([...parser.push(answer), ...parser.finish()]) };
}

const reason = absent("chat-templates");
describe.skipIf(reason)(
  `what a template writes is read as it was${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    /** Whether it writes the thought before a call, and before an answer without one. */
    test.each<[string, boolean, boolean]>([
      ["Apertus-8B-Instruct.jinja", false, false],
      ["Bielik-11B-v3.0-Instruct.jinja", true, true],
      ["Cohere2MoE.jinja", true, true],
      ["CohereForAI-c4ai-command-r7b-12-2024-tool_use.jinja", true, false],
      ["GLM-4.6.jinja", true, true],
      ["GLM-4.7-Flash.jinja", true, true],
      ["GigaChat3-10B-A1.8B.jinja", false, false],
      ["GigaChat3.1-10B-A1.8B.jinja", false, false],
      ["LFM2.5-8B-A1B.jinja", true, true],
      ["MiMo-VL.jinja", false, false],
      ["MiniMax-M2.jinja", true, true],
      ["MiniMax-M3.jinja", true, true],
      ["Mistral-Small-3.2-24B-Instruct-2506.jinja", false, false],
      ["NVIDIA-Nemotron-3-Nano-30B-A3B-BF16.jinja", true, true],
      ["NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use.jinja", false, false],
      ["NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja", false, false],
      ["Qwen-QwQ-32B.jinja", false, false],
      ["Qwen-Qwen2.5-7B-Instruct.jinja", false, false],
      ["Qwen-Qwen3-0.6B.jinja", true, true],
      ["Qwen3-Coder.jinja", false, false],
      ["Qwen3.5-4B.jinja", true, true],
      ["Reka-Edge.jinja", true, true],
      ["StepFun3.5-Flash.jinja", true, true],
      ["deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja", false, false],
      ["deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja", false, false],
      ["deepseek-ai-DeepSeek-V3.1.jinja", false, false],
      ["deepseek-ai-DeepSeek-V3.2.jinja", true, true],
      ["deepseek-ai-DeepSeek-V4-Flash-0731.jinja", true, true],
      ["deepseek-ai-DeepSeek-V4.jinja", true, true],
      ["google-gemma-4-31B-it-interleaved.jinja", true, false],
      ["google-gemma-4-31B-it.jinja", true, false],
      ["ibm-granite-granite-4.0.jinja", false, false],
      ["ibm-granite-granite-4.1.jinja", false, false],
      ["llama-cpp-deepseek-r1.jinja", false, false],
      ["meetkai-functionary-medium-v3.1.jinja", false, false],
      ["meta-llama-Llama-3.1-8B-Instruct.jinja", false, false],
      ["meta-llama-Llama-3.2-3B-Instruct.jinja", false, false],
      ["meta-llama-Llama-3.3-70B-Instruct.jinja", false, false],
      ["mistralai-Ministral-3-14B-Reasoning-2512.jinja", false, false],
      ["mistralai-Mistral-Nemo-Instruct-2407.jinja", false, false],
      ["moonshotai-Kimi-K2.jinja", false, false],
      ["ollama-gemma4_31b_chat_template.jinja2", true, true],
      ["ollama-gemma4_e2b_chat_template.jinja2", true, true],
      ["ollama-nemotron35_chat_template.jinja2", true, true],
      ["ollama-nemotron3nano_chat_template.jinja2", true, true],
      ["ollama-qwen38_chat_template.jinja", true, true],
      ["openai-gpt-oss-120b.jinja", true, true],
      ["poolside-Laguna-S-2.1.jinja", true, true],
      ["poolside-Laguna-XS-2.1.jinja", true, true],
      ["poolside-Laguna-XS.2.jinja", true, true],
      ["unsloth-mistral-Devstral-Small-2507.jinja", false, false],
      ["upstage-Solar-Open-100B.jinja", true, true],
    ])("%s", (file, beforeCall, beforeAnswer) => {
      const first = (whether: boolean): Told[] => (whether ? [["reasoning", "PONDER"]] : []);
      const call = answerOf(file, asked, beforeCall);
      expect(call.events, call.answer).toEqual([...first(beforeCall), ["call", "weather", args]]);
      const answer = answerOf(file, said, beforeAnswer);
      const events = answer.events.map(([type, text, ...more]) =>
        type === "text" ? [type, text.trimEnd()] : [type, text, ...more],
      );
      expect(events, answer.answer).toEqual([...first(beforeAnswer), ["text", said.content]]);
    });
  },
);
