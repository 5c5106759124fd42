import type { ReasoningChannel, ToolForm } from "./channel-description.ts";

/** A row applies when the chat template holds one of its signs, or the tokenizer has one as a token. */
export interface Row<T> {
  readonly name: string;
  readonly signs: readonly string[];
  readonly value: T;
  readonly ignored?: readonly string[];
}

/** The first row that applies is taken. */
export const REASONING: readonly Row<ReasoningChannel>[] = [
  {
    name: "gemma-channel",
    signs: ["<|channel>", "<|channel>thought"],
    value: {
      open: "<|channel>thought",
      close: "<channel|>",
      forced: "\n<channel|>",
      where: "anywhere",
    },
    ignored: ["<|channel>final", "<channel|>"],
  },
  {
    name: "mistral-think",
    signs: ["[THINK]"],
    value: { open: "[THINK]", close: "[/THINK]", forced: "[/THINK]", where: "anywhere" },
    ignored: ["[/THINK]"],
  },
  {
    name: "think",
    signs: ["<think>", "</think>"],
    value: { open: "<think>", close: "</think>", forced: "\n</think>\n\n", where: "line" },
  },
];

/** Every row that applies is taken. */
export const TOOLS: readonly Row<ToolForm>[] = [
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
      syntaxes: ["separated"],
      inner: ["<｜tool▁sep｜>"],
    },
    ignored: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
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
];

/** Ends of a turn in published templates; those of them that the template and the tokenizer both have are used. */
export const STOPS: readonly string[] = [
  "<turn|>",
  "<|tool_response>",
  "<end_of_turn>",
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|user|>",
  "<|observation|>",
  "<｜end▁of▁sentence｜>",
];
