import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { absent, shared } from "../../test/shared.ts";
import { createChatTemplate } from "../chat-template.ts";
import { type ChatMessage, detectChannels, prepareHistory, splitThoughts } from "../index.ts";

const prepare = (template: string, messages: readonly ChatMessage[]) =>
  prepareHistory(messages, {
    description: detectChannels({ templates: [template], hasToken: () => false }),
    templates: [template],
  });

const city = { type: "string", description: "A city." };
const tool = {
  type: "function",
  function: {
    name: "weather",
    description: "Looks it up.",
    parameters: { type: "object", properties: { city }, required: ["city"] },
  },
};
const user = { role: "user", content: "Weather?" };
const call = (args: unknown) => ({
  id: "abcdefghi",
  type: "function",
  function: { name: "weather", arguments: args },
});
const asked = (members: object = {}) => ({
  role: "assistant",
  content: null,
  tool_calls: [call('{"city": "Rome"}')],
  ...members,
});
const result = { role: "tool", tool_call_id: "abcdefghi", content: "sunny" };

describe("thoughts", () => {
  const GEMMA = "<|channel>thought";
  const QWEN = "<think>";

  test.each([
    [GEMMA, "<|channel>thought\na\n<channel|>b", "b", "a"],
    [GEMMA, "a\n<channel|>b", "b", "a"],
    [QWEN, "<think>\na\n</think>\n\nb\n", "b\n", "a"],
    [QWEN, "a</think>b", "b", "a"],
    [QWEN, "the <think> tag", "the <think> tag", ""],
    ["", "<think>a</think>b", "<think>a</think>b", ""],
  ])("%s: %j", (template, content, text, reasoning) => {
    const description = detectChannels({ templates: [template], hasToken: () => false });
    expect(splitThoughts(content, description)).toEqual({ text, reasoning });
  });

  test("leave earlier answers, and stay in the current loop of calls", () => {
    const said = { role: "assistant", content: "<think>old</think>Yes." };
    const parts = {
      role: "assistant",
      content: [{ type: "text", text: "<think>old</think>No." }, { type: "image" }],
    };
    const now = { ...asked(), content: "<think>new</think>" };
    const messages = [user, said, parts, user, now, result];
    const [, one, two, three, four] = prepare("<think> reasoning_content", messages);
    expect(one).toEqual({ role: "assistant", content: "Yes." });
    expect(two!.content).toEqual([{ type: "text", text: "No." }, { type: "image" }]);
    expect(three).toBe(user);
    expect(four).toMatchObject({ content: "", reasoning_content: "new" });
    // A template that does not know the name gets the text as it was.
    expect(prepare("<think>", messages)[4]).toMatchObject({ content: "<think>new</think>" });
    expect(messages[1]).toBe(said);
  });
});

describe("tool calls", () => {
  test("arguments are objects, but JSON text where the template prints them as they are", () => {
    const argumentsIn = (template: string, args: unknown) => {
      const [message] = prepare(template, [asked({ tool_calls: [call(args)] })]);
      return (message!.tool_calls![0] as ReturnType<typeof call>).function.arguments;
    };
    expect(argumentsIn("{{ arguments | tojson }}", '{"city": "Rome"}')).toEqual({ city: "Rome" });
    expect(argumentsIn("{{ arguments | tojson }}", "")).toEqual({});
    expect(argumentsIn("{{ arguments | tojson }}", "{broken")).toBe("{broken");
    expect(argumentsIn("{{ name + tool['arguments'] + 'x' }}", { city: "Rome" })).toBe('{"city":"Rome"}');
    expect(argumentsIn("{{ name + tool['arguments'] + 'x' }}", '{"city": "Rome"}')).toBe('{"city": "Rome"}');
  });

  test("results have their tool's name, and calls a content", () => {
    const [call, answer] = prepare("{{ content }}", [asked(), result]);
    expect(call).toMatchObject({ content: "" });
    expect(answer).toEqual({ ...result, name: "weather" });
    expect(prepare("", [{ ...result, name: "mine" }])[0]).toMatchObject({ name: "mine" });
    expect(
      prepare("message['role'] == 'assistant' and message['content'] is none", [asked()])[0],
    ).toMatchObject({
      content: null,
    });
  });

  test("ids of another length become nine letters where the template takes no others, the same ones for the result", () => {
    const ids = (template: string, id: string) => {
      const calls = [{ ...call("{}"), id }];
      const [ask, answer] = prepare(template, [
        asked({ tool_calls: calls }),
        { ...result, tool_call_id: id },
      ]);
      return [(ask!.tool_calls![0] as { id: string }).id, answer!.tool_call_id];
    };
    const strict = "tool_call.id|length != 9";
    expect(ids("", "call_1")).toEqual(["call_1", "call_1"]);
    expect(ids(strict, "abcdefghi")).toEqual(["abcdefghi", "abcdefghi"]);
    const [one, same] = ids(strict, "call_1");
    expect(one).toMatch(/^[a-z0-9]{9}$/);
    expect(same).toBe(one);
    expect(ids(strict, "call_2")[0]).not.toBe(one);
  });

  test("an empty list of calls is none", () => {
    expect(prepare("", [{ role: "assistant", content: "a", tool_calls: [] }])).toEqual([
      { role: "assistant", content: "a" },
    ]);
  });

  test("a template that prints one call gets its answers one by one, each with its result", () => {
    const one = "{% set call = message.tool_calls[0] %}";
    const all = `${one}{% for call in message.tool_calls %}`;
    const calls = ["abcdefghi", "abcdefghj"].map((id) => ({ ...call("{}"), id }));
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: id }));
    const thought = { reasoning_content: "a", content: "b" };
    const messages = [user, asked({ tool_calls: calls, ...thought }), ...results.toReversed(), user];
    const told = prepare(one, messages).map(({ role, content, tool_calls: list }) => [
      role,
      content,
      list?.length,
    ]);
    expect(told).toEqual([
      ["user", "Weather?", undefined],
      ["assistant", "b", 1],
      ["tool", "abcdefghi", undefined],
      ["assistant", "", 1],
      ["tool", "abcdefghj", undefined],
      ["user", "Weather?", undefined],
    ]);
    expect(prepare(one, messages)[3]).not.toHaveProperty("reasoning_content");
    expect(prepare(all, messages)).toHaveLength(messages.length);
    // A result that never came leaves a call alone.
    expect(prepare(one, messages.slice(0, 3))).toHaveLength(4);
  });

  test("a thought has the name the template knows", () => {
    const last = (template: string) => prepare(template, [user, asked({ reasoning_content: "a" })])[1]!;
    expect(last("message.thinking")).toMatchObject({ thinking: "a" });
    expect(last("message['reasoning']")).toMatchObject({ reasoning: "a" });
    expect(last("message.thinking")).not.toHaveProperty("reasoning_content");
    const both = asked({ reasoning_content: "a", content: "b" });
    const refusing = "message.thinking Cannot pass both content and thinking";
    expect(prepare(refusing, [user, both])[1]).toMatchObject({ content: "", thinking: "a\n\nb" });
  });

  test("other messages stay as they are", () => {
    const messages = [{ role: "system", content: "<think>a</think>" }, user, { role: "assistant" }];
    expect(prepare("<think>", messages)).toEqual(messages);
  });
});

const reason = absent("chat-templates");
describe.skipIf(reason)(`published templates${reason ? ` (skipped: ${reason})` : ""}`, () => {
  /** What stands between the question and the result, and whether the thought of the loop is kept. */
  test.each([
    [
      "google-gemma-4-31B-it.jinja",
      '<|tool_call>call:weather{city:<|"|>Rome<|"|>}<tool_call|><|tool_response>response:weather{value:<|"|>',
      true,
    ],
    [
      "google-gemma-4-31B-it-interleaved.jinja",
      '<|tool_call>call:weather{city:<|"|>Rome<|"|>}<tool_call|>',
      true,
    ],
    [
      "ollama-gemma4_e2b_chat_template.jinja2",
      '<|tool_call>call:weather{city:<|"|>Rome<|"|>}<tool_call|>',
      true,
    ],
    [
      "Qwen-Qwen3-0.6B.jinja",
      '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>',
      true,
    ],
    [
      "Qwen3.5-4B.jinja",
      "<tool_call>\n<function=weather>\n<parameter=city>\nRome\n</parameter>\n</function>\n</tool_call>",
      true,
    ],
    ["Qwen3-Coder.jinja", "<function=weather>\n<parameter=city>\nRome\n</parameter>", false],
    ["Qwen-Qwen2.5-7B-Instruct.jinja", '{"name": "weather", "arguments": {"city": "Rome"}}', false],
    [
      "NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja",
      '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}',
      false,
    ],
    ["GLM-4.6.jinja", "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>", true],
    [
      "mistralai-Mistral-Nemo-Instruct-2407.jinja",
      '[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Rome"}, "id": "abcdefghi"}]',
      false,
    ],
    [
      "Mistral-Small-3.2-24B-Instruct-2506.jinja",
      '[TOOL_CALLS]weather[CALL_ID]abcdefghi[ARGS]{"city": "Rome"}',
      false,
    ],
    ["mistralai-Ministral-3-14B-Reasoning-2512.jinja", '[TOOL_CALLS]weather[ARGS]{"city": "Rome"}', false],
    ["meta-llama-Llama-3.1-8B-Instruct.jinja", '{"name": "weather", "parameters": {"city": "Rome"}}', false],
    ["meta-llama-Llama-3.2-3B-Instruct.jinja", '{"name": "weather", "parameters": {"city": "Rome"}}', false],
    [
      "deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja",
      '<｜tool▁sep｜>weather\n```json\n{"city": "Rome"}\n```',
      false,
    ],
    ["deepseek-ai-DeepSeek-V3.1.jinja", 'weather<｜tool▁sep｜>{"city": "Rome"}', false],
    [
      "openai-gpt-oss-120b.jinja",
      'to=functions.weather<|channel|>commentary json<|message|>{"city": "Rome"}<|call|>',
      true,
    ],
    ["upstage-Solar-Open-100B.jinja", '<|tool_call:name|>weather<|tool_call:args|>{"city": "Rome"}', true],
    ["LFM2.5-8B-A1B.jinja", "<|tool_call_start|>[weather(city='Rome')]<|tool_call_end|>", true],
  ])("%s writes calls and results, and keeps no earlier thought", (file, written, keeps) => {
    const template = readFileSync(shared(`chat-templates/${file}`), "utf8");
    const description = detectChannels({ templates: [template], hasToken: () => false });
    const { open, close } = description.reasoning ?? { open: "", close: "" };
    const before = { role: "assistant", content: `${open}\nSECRET\n${close}Indeed.` };
    const thought = { reasoning_content: "PRESENT" };
    const messages = [user, ...(open ? [before, user] : []), asked(thought), result];
    const rendered = createChatTemplate({
      templates: new Map([["default", template]]),
      tokens: { bos_token: "<s>", eos_token: "</s>" },
    }).render({ messages: prepare(template, messages), tools: [tool], addGenerationPrompt: true });
    expect(rendered).toContain(written);
    expect(rendered.indexOf("sunny")).toBeGreaterThan(rendered.indexOf(written));
    expect(rendered).not.toContain("SECRET");
    if (open) expect(rendered).toContain("Indeed.");
    expect(rendered.includes("PRESENT")).toBe(keeps);
  });
});
