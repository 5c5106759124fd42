import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ChannelDescription, ChannelParser, detectChannels, type ToolCall } from "@engine/tokenizer";
import { describe, expect, test } from "vitest";
import { NO_MARKS } from "../call-marks.ts";
import { boundedJson } from "../thread/bounded-json.ts";
import { loadXgrammar } from "../thread/load-xgrammar.ts";
import { callStructure, type Otherwise } from "./call-structure.ts";

const parameters = {
  type: "object",
  properties: {
    city: { type: "string" },
    days: { type: "integer" },
    note: { type: "string", enum: ["a {b}: [c], <d>\nand 12", "none"] },
  },
  required: ["city", "days"],
};
const weather = { type: "function", function: { name: "weather", parameters } };
const args = { city: 'Köln "am Rhein"', days: 3, note: "a {b}: [c], <d>\nand 12" };

const { api } = loadXgrammar();

async function accepts(structure: object, text: string): Promise<boolean> {
  const { Grammar, Testings } = api;
  const format = await boundedJson(api, structure);
  const grammar = await Grammar.fromStructuralTag(JSON.stringify({ type: "structural_tag", format }));
  const accepted = await Testings.isGrammarAcceptString(grammar, text);
  grammar.dispose();
  return accepted;
}

function structureOf(
  channels: ChannelDescription,
  otherwise?: Otherwise,
  ends: readonly string[] = [],
): object {
  return callStructure([weather], { family: { channels, marks: NO_MARKS, ends }, otherwise });
}

const channelsOf = (...templates: string[]) => detectChannels({ templates, hasToken: () => false });

function callsIn(channels: ChannelDescription, text: string): readonly ToolCall[] {
  const parser = new ChannelParser(channels, { tools: [weather] });
  return [...parser.push(text), ...parser.finish()].flatMap((event) =>
    event.type === "tool-call" ? [event] : [],
  );
}

/** A call in each form, as published templates write it (those of `../shared` were read for it). */
const CALL = JSON.stringify(args);
const WRITTEN: readonly (readonly [name: string, sign: readonly string[], call: string])[] = [
  ["hermes, qwen", ["<tool_call>"], `<tool_call>\n{"name": "weather", "arguments": ${CALL}}\n</tool_call>`],
  [
    "qwen coder, qwen 3.5",
    ["<tool_call><function="],
    `<tool_call>\n<function=weather>\n<parameter=city>\n${args.city}\n</parameter>\n<parameter=days>\n3\n</parameter>\n<parameter=note>\n${args.note}\n</parameter>\n</function>\n</tool_call>`,
  ],
  [
    "glm 4.6",
    ["<tool_call><arg_key>"],
    `<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>${args.city}</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n<arg_key>note</arg_key>\n<arg_value>${args.note}</arg_value>\n</tool_call>`,
  ],
  [
    "glm 4.7",
    ["<tool_call><arg_key>"],
    `<tool_call>weather<arg_key>city</arg_key><arg_value>${args.city}</arg_value><arg_key>days</arg_key><arg_value>3</arg_value></tool_call>`,
  ],
  [
    "gemma 4",
    ["<|tool_call>"],
    `<|tool_call>call:weather{city:<|"|>${args.city}<|"|>,days:3,note:<|"|>${args.note}<|"|>}<tool_call|>`,
  ],
  ["mistral nemo", ["[TOOL_CALLS]"], `[TOOL_CALLS][{"name": "weather", "arguments": ${CALL}}]`],
  ["ministral", ["[TOOL_CALLS][ARGS]"], `[TOOL_CALLS]weather[ARGS]${CALL}`],
  ["mistral small", ["[TOOL_CALLS][CALL_ID][ARGS]"], `[TOOL_CALLS]weather[CALL_ID]abcdefghi[ARGS]${CALL}`],
  [
    "deepseek r1",
    ["<｜tool▁call▁begin｜>```json"],
    `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n\`\`\`json\n${CALL}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  ],
  [
    "deepseek v3.1",
    ["<｜tool▁call▁begin｜>"],
    `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>${CALL}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  ],
  [
    "deepseek v4",
    ["｜DSML｜tool_calls"],
    `<｜DSML｜tool_calls>\n<｜DSML｜invoke name="weather">\n<｜DSML｜parameter name="city" string="true">${args.city}</｜DSML｜parameter>\n<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>`,
  ],
  [
    "kimi",
    ["<|tool_call_argument_begin|>"],
    `<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>${CALL}<|tool_call_end|><|tool_calls_section_end|>`,
  ],
  [
    "solar",
    ["<|tool_call:begin|>"],
    `<|tool_calls|><|tool_call:begin|>abcdefghi<|tool_call:name|>weather<|tool_call:args|>${CALL}<|tool_call:end|>`,
  ],
  [
    "minimax m2",
    ["<minimax:tool_call>"],
    `<minimax:tool_call>\n<invoke name="weather">\n<parameter name="city">${args.city}</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n</minimax:tool_call>`,
  ],
  [
    "cohere",
    ["<|START_ACTION|>"],
    `<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "weather", "parameters": ${CALL}}\n]<|END_ACTION|>`,
  ],
  [
    "seed",
    ["<seed:tool_call>"],
    `<seed:tool_call>\n<function=weather>\n<parameter=city>${args.city}</parameter>\n<parameter=days>3</parameter>\n</function>\n</seed:tool_call>`,
  ],
  ["apriel", ["<tool_calls>["], `<tool_calls>[{"name": "weather", "arguments": ${CALL}}]</tool_calls>`],
  ["apertus", ["<|tools_prefix|>"], `<|tools_prefix|>[{"weather": ${CALL}}]<|tools_suffix|>`],
  ["nemotron", ["<TOOLCALL>"], `<TOOLCALL>[{"name": "weather", "arguments": ${CALL}}]</TOOLCALL>`],
  [
    "internlm",
    ["<|action_start|>"],
    `<|action_start|><|plugin|>\n{"name": "weather", "parameters": ${CALL}}<|action_end|>`,
  ],
  [
    "phi",
    ["<|tool_call|><|/tool_call|>"],
    `<|tool_call|>[{"name": "weather", "arguments": ${CALL}}]<|/tool_call|>`,
  ],
  ["granite", ["<|tool_call|>"], `<|tool_call|>[{"name": "weather", "arguments": ${CALL}}]`],
  [
    "gigachat 3",
    ["'role': 'function call'"],
    `<|message_sep|>\n\nfunction call<|role_sep|>\n{"name": "weather", "arguments": ${CALL}}`,
  ],
  ["gigachat 3.1", ["<|function_call|>"], `<|function_call|>{"name": "weather", "arguments": ${CALL}}`],
  [
    "minicpm",
    ['<function name="'],
    `<function name="weather"><param name="city">${args.city}</param><param name="days">3</param></function>`,
  ],
  ["functionary", ["<function=example_function_name>{"], `<function=weather>${CALL}</function>`],
  ["llama 3", ['{"name": function name, "parameters":'], `{"name": "weather", "parameters": ${CALL}}`],
  ["glm 4", ["[gMASK]"], `weather\n${CALL}`],
];

describe.each(WRITTEN)("%s", (_, signs, call) => {
  const channels = channelsOf(...signs);

  test("a call is allowed and read; a lacking argument, a wrong type and text are not", async () => {
    const structure = structureOf(channels);
    expect(await accepts(structure, call), call).toBe(true);
    const [read] = callsIn(channels, call);
    expect(read).toMatchObject({ name: "weather", arguments: { city: args.city, days: 3 } });
    for (const wrong of [
      call.replace(/3/, "three"),
      call.replace("days", "hours"),
      call.replace("weather", "whether"),
      call.slice(0, -1),
      `Sure! ${call}`,
    ])
      expect(await accepts(structure, wrong), wrong).toBe(false);
  });

  test("JSON may come instead", async () => {
    const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
    const structure = structureOf(channels, { schema });
    for (const text of [call, '{"ok": true}']) expect(await accepts(structure, text), text).toBe(true);
    expect(await accepts(structure, '{"ok": 1}')).toBe(false);
    expect(await accepts(structure, "Sure")).toBe(false);
  });

  test("in free text a call fits its schema once it begins", async () => {
    if (channels.tools.some(({ syntaxes }) => syntaxes.includes("line"))) {
      expect(() => structureOf(channels, "text")).toThrow("Tools cannot be strict here");
      return;
    }
    const structure = structureOf(channels, "text");
    for (const text of ["", "It is sunny, <b>12</b> [so far].", call])
      expect(await accepts(structure, text), text).toBe(true);
    if (channels.tools[0]!.open !== "")
      expect(await accepts(structure, `Let me see.\n${call}`), call).toBe(true);
    expect(await accepts(structure, call.replace(/3/, "three"))).toBe(false);
  });
});

const folder = fileURLToPath(new URL("../../../../../shared/chat-templates/", import.meta.url));
const reason = existsSync(folder) ? undefined : "no ../shared/chat-templates beside the repository";
test.skipIf(reason)(
  `published templates have the forms above${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    const framed = (file: string) => {
      const { tools } = channelsOf(readFileSync(folder + file, "utf8"));
      return tools.find(({ frame }) => frame)?.frame?.before;
    };
    expect(framed("Qwen3-Coder.jinja")).toContain("<function=");
    expect(framed("Qwen3.5-4B.jinja")).toContain("<function=");
    expect(framed("Qwen-Qwen3-0.6B.jinja")).toContain('{"name"');
    expect(framed("GLM-4.6.jinja")).toBe("<tool_call>NAME");
    expect(framed("meta-llama-Llama-3.1-8B-Instruct.jinja")).toContain('"parameters"');
    expect(framed("mistralai-Mistral-Nemo-Instruct-2407.jinja")).toContain("[{");
    expect(framed("Mistral-Small-3.2-24B-Instruct-2506.jinja")).toContain("[CALL_ID]");
    expect(framed("google-gemma-4-31B-it.jinja")).toContain("call:NAME");
    expect(framed("openai-gpt-oss-120b.jinja")).toBeUndefined();
  },
);

test("a family in no known form, or none, is refused with the way out", () => {
  for (const channels of [channelsOf("<|tool_call_start|>"), channelsOf()])
    expect(() => structureOf(channels)).toThrow("Leave the choice to the model");
});

test("what ends an answer does not come as a part of a call", async () => {
  const channels = channelsOf("<|function_call|>", "<|tool_call:begin|>");
  const structure = structureOf(channelsOf("<|tool_call:begin|>"), undefined, ["<|tool_call:end|>"]);
  expect(channels.tools.length).toBe(2);
  const call = `<|tool_calls|><|tool_call:begin|>abcdefghi<|tool_call:name|>weather<|tool_call:args|>${CALL}`;
  expect(await accepts(structure, call)).toBe(true);
});
