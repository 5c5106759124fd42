import type { CallFrame } from "./channel-description.ts";

/** How calls between one opening marker are written. */
export interface FrameRow {
  readonly open: string;
  /** Only where a template has this; the first row that fits is taken. */
  readonly sign?: string;
  readonly frame: CallFrame;
}

/**
 * One frame for each form that a grammar can ask for. Not among them: gpt-oss (a call's header depends on what came
 * before it), LFM's Python, MiniMax M3's nested elements, Hunyuan's suffixed tags.
 */
export const FRAMES: readonly FrameRow[] = [
  {
    open: "<|tool_call>",
    frame: { before: "<|tool_call>call:NAME{", after: "}<tool_call|>", arguments: "gemma" },
  },
  {
    open: "<tool_call>",
    sign: "<function=",
    frame: {
      before: "<tool_call>\n<function=NAME>\n",
      after: "</function>\n</tool_call>",
      arguments: ["<parameter=KEY>", "</parameter>"],
    },
  },
  {
    open: "<tool_call>",
    sign: "<arg_key>",
    frame: {
      before: "<tool_call>NAME",
      after: "</tool_call>",
      arguments: ["<arg_key>KEY</arg_key>", "<arg_value>", "</arg_value>"],
    },
  },
  {
    open: "<tool_call>",
    frame: { before: '<tool_call>\n{"name": "NAME", "arguments": ', after: "}\n</tool_call>" },
  },
  {
    open: "[TOOL_CALLS]",
    sign: "[CALL_ID]",
    frame: { before: "[TOOL_CALLS]NAME[CALL_ID]CALLID[ARGS]", after: "" },
  },
  { open: "[TOOL_CALLS]", sign: "[ARGS]", frame: { before: "[TOOL_CALLS]NAME[ARGS]", after: "" } },
  {
    open: "[TOOL_CALLS]",
    frame: { before: '[TOOL_CALLS][{"name": "NAME", "arguments": ', after: "}]" },
  },
  {
    open: "<｜tool▁call▁begin｜>",
    sign: "```json",
    frame: {
      before: "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>NAME\n```json\n",
      after: "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    },
  },
  {
    open: "<｜tool▁call▁begin｜>",
    frame: {
      before: "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>NAME<｜tool▁sep｜>",
      after: "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    },
  },
  ...["function_calls", "tool_calls"].map((tag) => ({
    open: `<｜DSML｜${tag}>`,
    sign: tag,
    frame: {
      before: `<｜DSML｜${tag}>\n<｜DSML｜invoke name="NAME">\n`,
      after: `</｜DSML｜invoke>\n</｜DSML｜${tag}>`,
      arguments: ['<｜DSML｜parameter name="KEY" string="IS_TEXT">', "</｜DSML｜parameter>"],
    },
  })),
  {
    open: "<|tool_call_begin|>",
    frame: {
      before: "<|tool_calls_section_begin|><|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>",
      after: "<|tool_call_end|><|tool_calls_section_end|>",
    },
  },
  {
    open: "<|tool_call:begin|>",
    frame: {
      before: "<|tool_calls|><|tool_call:begin|>CALLID<|tool_call:name|>NAME<|tool_call:args|>",
      after: "<|tool_call:end|>",
    },
  },
  {
    open: "<minimax:tool_call>",
    frame: {
      before: '<minimax:tool_call>\n<invoke name="NAME">\n',
      after: "</invoke>\n</minimax:tool_call>",
      arguments: ['<parameter name="KEY">', "</parameter>"],
    },
  },
  {
    open: "<|START_ACTION|>",
    frame: {
      before: '<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "NAME", "parameters": ',
      after: "}\n]<|END_ACTION|>",
    },
  },
  {
    open: "<seed:tool_call>",
    frame: {
      before: "<seed:tool_call>\n<function=NAME>\n",
      after: "</function>\n</seed:tool_call>",
      arguments: ["<parameter=KEY>", "</parameter>"],
    },
  },
  {
    open: "<tool_calls>",
    frame: { before: '<tool_calls>[{"name": "NAME", "arguments": ', after: "}]</tool_calls>" },
  },
  { open: "<|tools_prefix|>", frame: { before: '<|tools_prefix|>[{"NAME": ', after: "}]<|tools_suffix|>" } },
  {
    open: "<TOOLCALL>",
    frame: { before: '<TOOLCALL>[{"name": "NAME", "arguments": ', after: "}]</TOOLCALL>" },
  },
  {
    open: "<|action_start|><|plugin|>",
    frame: {
      before: '<|action_start|><|plugin|>\n{"name": "NAME", "parameters": ',
      after: "}<|action_end|>",
    },
  },
  {
    open: "<|tool_call|>",
    sign: "<|/tool_call|>",
    frame: { before: '<|tool_call|>[{"name": "NAME", "arguments": ', after: "}]<|/tool_call|>" },
  },
  {
    open: "<|tool_call|>",
    frame: { before: '<|tool_call|>[{"name": "NAME", "arguments": ', after: "}]" },
  },
  {
    open: "<|message_sep|>\n\nfunction call<|role_sep|>\n",
    frame: {
      before: '<|message_sep|>\n\nfunction call<|role_sep|>\n{"name": "NAME", "arguments": ',
      after: "}",
    },
  },
  {
    open: "<|function_call|>",
    frame: { before: '<|function_call|>{"name": "NAME", "arguments": ', after: "}" },
  },
  {
    open: '<function name="',
    frame: {
      before: '<function name="NAME">',
      after: "</function>",
      arguments: ['<param name="KEY">', "</param>"],
    },
  },
  { open: "<function=", frame: { before: "<function=NAME>", after: "</function>" } },
  {
    open: "",
    sign: '{"name": function name, "parameters":',
    frame: { before: '{"name": "NAME", "parameters": ', after: "}" },
  },
  { open: "", frame: { before: "NAME\n", after: "" } },
];
