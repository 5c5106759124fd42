import { call, type Sample, tools, unread } from "./channel-sample.ts";

const QWEN = ["<think>", "<tool_call>"];
export const TAG_SAMPLES: readonly Sample[] = [
  {
    title: "thought",
    signs: QWEN,
    answer: "<think>\nHm <b>.\n</think>\n\nYes.\n\nNo.",
    events: [
      ["reasoning", "Hm <b>."],
      ["text", "Yes.\n\nNo."],
    ],
  },
  {
    title: "opened by the prompt",
    signs: QWEN,
    opened: true,
    answer: "Hm.\n</think>\n\nYes.",
    events: [
      ["reasoning", "Hm."],
      ["text", "Yes."],
    ],
  },
  {
    title: "opened and never closed",
    signs: QWEN,
    opened: true,
    answer: "Hm. <tool_call>\n",
    events: [["reasoning", "Hm. <tool_call>"]],
  },
  { title: "empty thought", signs: QWEN, answer: "\n<think>\n\n</think>\n\nHi", events: [["text", "Hi"]] },
  {
    title: "end of a thought that never began",
    signs: QWEN,
    answer: "\n</think>\n\nHi",
    events: [["text", "Hi"]],
  },
  {
    title: "an answer about the markers",
    signs: QWEN,
    answer: "The <think> tag and </think>.",
    events: [["text", "The <think> tag and </think>."]],
  },
  {
    title: "call",
    signs: QWEN,
    tools,
    answer:
      '<think>\na\n</think>\n\nLook.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Köln", "places": ["<a>"]}}\n</tool_call>\n<tool_call>\n{"name": "b", "arguments": "{\\"c\\": 1}"}\n</tool_call>',
    events: [
      ["reasoning", "a"],
      ["text", "Look."],
      call({ city: "Köln", places: ["<a>"] }),
      call({ c: 1 }, "b"),
    ],
  },
  {
    title: "thought after a call",
    signs: QWEN,
    tools,
    answer: '<tool_call>{"name": "b"}</tool_call><think>more</think>done',
    events: [call({}, "b"), ["reasoning", "more"], ["text", "done"]],
  },
  {
    title: "no tools given",
    signs: QWEN,
    answer: '<tool_call>{"name": "b"}</tool_call>',
    events: [["text", '<tool_call>{"name": "b"}</tool_call>']],
  },
  {
    title: "broken JSON",
    signs: QWEN,
    tools,
    answer:
      '<tool_call>{"name": "b", "arguments": {"x": }}</tool_call>\n<tool_call>{"name":"c","arguments":{}}</tool_call>',
    events: [["text", '<tool_call>{"name": "b", "arguments": {"x": }}</tool_call>'], unread, call({}, "c")],
  },
  {
    title: "functions",
    signs: QWEN,
    tools,
    answer:
      "<tool_call>\n<function=get_weather>\n<parameter=city>\n12\n</parameter>\n<parameter=days>\n12\n</parameter>\n<parameter=hourly>\nTrue\n</parameter>\n<parameter=places>\n[1, {}]\n</parameter>\n<parameter=other>\ntwo\nlines\n</parameter>\n</function>\n</tool_call>",
    events: [call({ city: "12", days: 12, hourly: true, places: [1, {}], other: "two\nlines" })],
  },
  {
    title: "pairs",
    signs: QWEN,
    tools,
    answer:
      "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>7</arg_value>\n<arg_key>days</arg_key>\n<arg_value>7</arg_value>\n</tool_call>",
    events: [call({ city: "7", days: 7 })],
  },
  {
    title: "pairs without arguments",
    signs: QWEN,
    tools,
    answer: "<tool_call>get_weather</tool_call><tool_call>now</tool_call>",
    events: [call({}), ["text", "<tool_call>now</tool_call>"], unread],
  },
  {
    title: "unclosed tag",
    signs: QWEN,
    tools,
    answer: "Use <tool_call> for calls.\n",
    events: [["text", "Use <tool_call> for calls.\n"], unread],
  },
];
