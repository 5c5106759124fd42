import type { ToolForm } from "./channel-description.ts";
import type { Row } from "./table-row.ts";

/** gpt-oss names the tool in a message's header, which begins in one of these ways, or in the prompt. */
const HARMONY = [
  "<|start|>assistant to=",
  "<|channel|>commentary to=",
  "<|channel|>analysis to=",
  " to=functions.",
];

/** Every row that applies is taken; a few have several forms. */
export const CALLS: readonly Row<ToolForm | readonly ToolForm[]>[] = [
  {
    name: "gemma-call",
    signs: ["<|tool_call>"],
    value: { open: "<|tool_call>", close: "<tool_call|>", syntaxes: ["gemma"], inner: ['<|"|>'] },
  },
  {
    name: "tool_call",
    signs: ["<tool_call>"],
    value: {
      open: "<tool_call>",
      close: "</tool_call>",
      syntaxes: ["json", "functions", "pairs"],
      inner: ["<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
    },
  },
  {
    name: "mistral-calls",
    signs: ["[TOOL_CALLS]"],
    value: { open: "[TOOL_CALLS]", syntaxes: ["json", "named"], inner: ["[ARGS]", "[CALL_ID]"] },
  },
  {
    name: "deepseek-call",
    signs: ["<｜tool▁call▁begin｜>"],
    value: {
      open: "<｜tool▁call▁begin｜>",
      close: "<｜tool▁call▁end｜>",
      syntaxes: ["marked"],
      inner: ["<｜tool▁sep｜>"],
    },
    ignored: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
  },
  {
    name: "deepseek-invoke",
    signs: ["｜DSML｜"],
    value: ["function_calls", "tool_calls"].map((tag) => ({
      open: `<｜DSML｜${tag}>`,
      close: `</｜DSML｜${tag}>`,
      syntaxes: ["invoke"],
      inner: ["｜DSML｜"],
    })),
  },
  {
    name: "kimi-call",
    signs: ["<|tool_call_argument_begin|>"],
    value: {
      open: "<|tool_call_begin|>",
      close: "<|tool_call_end|>",
      syntaxes: ["marked"],
      inner: ["<|tool_call_argument_begin|>"],
    },
    ignored: ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"],
  },
  {
    name: "solar-call",
    signs: ["<|tool_call:begin|>"],
    value: {
      open: "<|tool_call:begin|>",
      close: "<|tool_call:end|>",
      syntaxes: ["marked"],
      inner: ["<|tool_call:name|>", "<|tool_call:args|>"],
    },
    ignored: ["<|tool_calls|>", "<|calls|>"],
  },
  {
    name: "harmony-call",
    signs: ["<|channel|>analysis<|message|>", "<|constrain|>"],
    value: HARMONY.map((open) => ({
      open,
      close: "<|call|>",
      syntaxes: ["marked"],
      inner: ["<|constrain|>", "<|message|>"],
    })),
  },
  {
    name: "minimax-calls",
    signs: ["<minimax:tool_call>"],
    value: { open: "<minimax:tool_call>", close: "</minimax:tool_call>", syntaxes: ["invoke"] },
  },
  {
    name: "minimax-elements",
    signs: ["]<]minimax[>["],
    value: {
      open: "]<]minimax[>[<tool_call>",
      close: "]<]minimax[>[</tool_call>",
      syntaxes: ["minimax"],
    },
  },
  {
    name: "cohere-action",
    signs: ["<|START_ACTION|>"],
    value: { open: "<|START_ACTION|>", close: "<|END_ACTION|>", syntaxes: ["json"] },
  },
  {
    name: "lfm-calls",
    signs: ["<|tool_call_start|>", "<|tool_list_start|>"],
    value: { open: "<|tool_call_start|>", close: "<|tool_call_end|>", syntaxes: ["python", "json"] },
  },
  {
    name: "seed-call",
    signs: ["<seed:tool_call>"],
    value: { open: "<seed:tool_call>", close: "</seed:tool_call>", syntaxes: ["functions"] },
  },
  {
    name: "hunyuan-call",
    signs: ["<tool_call:opensource>", "'<tool_call{}>'"],
    value: {
      open: "<tool_call:opensource>",
      close: "</tool_call:opensource>",
      syntaxes: ["pairs"],
      inner: ["tool_sep", "arg_key", "/arg_key", "arg_value", "/arg_value"].map(
        (tag) => `<${tag}:opensource>`,
      ),
    },
    ignored: ["<tool_calls:opensource>", "</tool_calls:opensource>"],
  },
  {
    name: "apriel-calls",
    signs: ["<tool_calls>["],
    value: { open: "<tool_calls>", close: "</tool_calls>", syntaxes: ["json"] },
  },
  {
    name: "apertus-calls",
    signs: ["<|tools_prefix|>"],
    value: { open: "<|tools_prefix|>", close: "<|tools_suffix|>", syntaxes: ["keyed"] },
  },
  {
    name: "nemotron-calls",
    signs: ["<TOOLCALL>"],
    value: { open: "<TOOLCALL>", close: "</TOOLCALL>", syntaxes: ["json"] },
  },
  {
    name: "internlm-action",
    signs: ["<|action_start|>"],
    value: {
      open: "<|action_start|><|plugin|>",
      close: "<|action_end|>",
      syntaxes: ["json"],
    },
  },
  {
    name: "phi-calls",
    signs: ["<|/tool_call|>"],
    value: { open: "<|tool_call|>", close: "<|/tool_call|>", syntaxes: ["json"] },
  },
  {
    name: "granite-calls",
    signs: ["<|tool_call|>"],
    value: { open: "<|tool_call|>", syntaxes: ["json"] },
  },
  {
    name: "gigachat-role",
    signs: ["'role': 'function call'"],
    value: { open: "<|message_sep|>\n\nfunction call<|role_sep|>\n", syntaxes: ["json"] },
  },
  {
    name: "gigachat-call",
    signs: ["<|function_call|>"],
    value: { open: "<|function_call|>", syntaxes: ["json"] },
  },
  {
    name: "minicpm-function",
    signs: ['<function name="'],
    value: { open: '<function name="', close: "</function>", syntaxes: ["params"] },
  },
  {
    name: "functionary",
    signs: ["<function=example_function_name>{"],
    value: { open: "<function=", close: "</function>", syntaxes: ["titled"] },
  },
  {
    name: "python-tag",
    signs: ["<|python_tag|>"],
    value: { open: "<|python_tag|>", syntaxes: ["json", "python"] },
  },
  {
    name: "llama-json",
    signs: ['{"name": function name, "parameters":'],
    value: { open: "", syntaxes: ["json"] },
  },
  {
    name: "glm-line",
    signs: ["[gMASK]"],
    value: { open: "", syntaxes: ["line"] },
  },
];
