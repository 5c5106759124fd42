import { call, koeln, type Sample, tools, unread } from "./channel-sample.ts";

const LLAMA = ['{"name": function name, "parameters":', "<|python_tag|>"];
export const OTHER_SAMPLES: readonly Sample[] = [
  // Mistral
  {
    title: "list of calls",
    signs: ["[TOOL_CALLS]"],
    tools,
    answer:
      '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Köln"}}, {"name": "b", "arguments": {}}]',
    events: [call(koeln), call({}, "b")],
  },
  {
    title: "named calls",
    signs: ["[TOOL_CALLS]", "[THINK]"],
    tools,
    answer:
      '[THINK]a [TOOL_CALLS][/THINK]Well. [TOOL_CALLS]get_weather[ARGS]{"city": "Köln"}[TOOL_CALLS]b[CALL_ID]a1B2c3D4e[ARGS]{}',
    events: [["reasoning", "a [TOOL_CALLS]"], ["text", "Well."], call(koeln), call({}, "b")],
  },
  {
    title: "broken named call",
    signs: ["[TOOL_CALLS]"],
    tools,
    answer: '[TOOL_CALLS]get_weather[ARGS]{"city"',
    events: [["text", '[TOOL_CALLS]get_weather[ARGS]{"city"'], unread],
  },
  // Llama 3
  {
    title: "whole answer",
    signs: LLAMA,
    tools,
    answer: '\n{"name": "get_weather", "parameters": {"city": "Köln"}}\n',
    events: [call(koeln)],
  },
  {
    title: "typed whole answer",
    signs: LLAMA,
    tools,
    answer: '{"type": "function", "name": "get_weather", "parameters": {}}',
    events: [call({})],
  },
  {
    title: "JSON as an answer",
    signs: LLAMA,
    tools,
    answer: ' {"name": "Ada", "parameters": {}}',
    events: [["text", ' {"name": "Ada", "parameters": {}}']],
  },
  {
    title: "JSON and no tools",
    signs: LLAMA,
    answer: '{"name": "get_weather", "parameters": {}}',
    events: [["text", '{"name": "get_weather", "parameters": {}}']],
  },
  {
    title: "JSON within an answer",
    signs: LLAMA,
    tools,
    answer: 'Send {"name": "get_weather", "parameters": {}} to it.',
    events: [["text", 'Send {"name": "get_weather", "parameters": {}} to it.']],
  },
  {
    title: "JSON before an answer",
    signs: LLAMA,
    tools,
    answer: '{"name": "get_weather", "parameters": {}} is it.',
    events: [["text", '{"name": "get_weather", "parameters": {}} is it.'], unread],
  },
  { title: "only a brace", signs: LLAMA, tools, answer: "{", events: [["text", "{"]] },
  {
    title: "python tag",
    signs: LLAMA,
    tools,
    answer: '<|python_tag|>brave_search.call(query="a \\"b\\", c", count=3)',
    events: [call({ query: 'a "b", c', count: 3 }, "brave_search")],
  },
  {
    title: "python tag with JSON",
    signs: LLAMA,
    tools,
    answer: '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Köln"}}',
    events: [call(koeln)],
  },
  {
    title: "python code",
    signs: LLAMA,
    tools,
    answer: "<|python_tag|>print(1)",
    events: [["text", "<|python_tag|>print(1)"], unread],
  },
  // DeepSeek
  {
    title: "calls",
    signs: ["<think>", "<｜tool▁call▁begin｜>"],
    opened: true,
    tools,
    answer:
      'a</think>b<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Köln"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>b\n```json\n{"c": 1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    events: [["reasoning", "a"], ["text", "b"], call(koeln), call({ c: 1 }, "b")],
  },
  // None of them
  {
    title: "plain",
    signs: [],
    tools,
    answer: " <think>a</think> {}\n\n",
    events: [["text", " <think>a</think> {}\n\n"]],
  },
];
