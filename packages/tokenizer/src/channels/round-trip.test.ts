import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { told } from "../../test/channel-sample.ts";
import { absent, shared } from "../../test/shared.ts";
import { createChatTemplate } from "../chat-template.ts";
import { ChannelParser, type ChatMessage, detectChannels, opensReasoning, prepareHistory } from "../index.ts";
import { STOPS } from "./channel-table.ts";

const string = { type: "string", description: "A text." };
const properties = { city: string, note: string, days: { type: "integer", description: "How many." } };
const tool = {
  type: "function",
  function: { name: "weather", description: "Looks it up.", parameters: { type: "object", properties } },
};
const args = { city: 'Köln "am Rhein"', days: 3, note: "a {b}: [c], <d>\nand 12" };
const user = { role: "user", content: "Weather?" };
const asked = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "abcdefghi", type: "function", function: { name: "weather", arguments: args } }],
};

const reason = absent("chat-templates");
describe.skipIf(reason)(
  `a call as a template writes it is read as it was${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    test.each([
      "google-gemma-4-31B-it.jinja",
      "google-gemma-4-31B-it-interleaved.jinja",
      "ollama-gemma4_31b_chat_template.jinja2",
      "ollama-gemma4_e2b_chat_template.jinja2",
      "Qwen-Qwen2.5-7B-Instruct.jinja",
      "Qwen-Qwen3-0.6B.jinja",
      "Qwen3.5-4B.jinja",
      "Qwen3-Coder.jinja",
      "MiMo-VL.jinja",
      "NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja",
      "GLM-4.6.jinja",
      "mistralai-Mistral-Nemo-Instruct-2407.jinja",
      "Mistral-Small-3.2-24B-Instruct-2506.jinja",
      "mistralai-Ministral-3-14B-Reasoning-2512.jinja",
      "unsloth-mistral-Devstral-Small-2507.jinja",
      "meta-llama-Llama-3.1-8B-Instruct.jinja",
      "meta-llama-Llama-3.2-3B-Instruct.jinja",
      "meta-llama-Llama-3.3-70B-Instruct.jinja",
      "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja",
      "deepseek-ai-DeepSeek-V3.1.jinja",
      "ibm-granite-granite-4.0.jinja",
    ])("%s", (file) => {
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
          enable_thinking: true,
          now: new Date(2026, 0, 1),
        });
      const whole = render([user, asked], false);
      const prompt = render([user], true);
      // Templates that open a thought themselves write none before a call of the past.
      let begun = prompt.length;
      while (!whole.startsWith(prompt.slice(0, begun))) begun--;
      // … but not in the middle of a marker.
      if (begun < prompt.length)
        begun = Math.max(whole.lastIndexOf(">", begun), whole.lastIndexOf("\n", begun)) + 1;
      const opened = begun === prompt.length && opensReasoning(prompt, description);
      const answer = whole.slice(begun);
      const ends = [...STOPS, "</s>", "<|end_of_text|>"]
        .map((stop) => answer.indexOf(stop))
        .filter((at) => at >= 0);
      const parser = new ChannelParser(description, { opened, tools: [tool] });
      const events = [...parser.push(answer.slice(0, Math.min(answer.length, ...ends))), ...parser.finish()];
      expect(told(events)).toEqual([["call", "weather", args]]);
    });
  },
);
