import { call, koeln, type Sample, tools, unread } from "./channel-sample.ts";

const GEMMA = ["<|channel>thought", "<|tool_call>"];
export const GEMMA_SAMPLES: readonly Sample[] = [
  {
    title: "thought",
    signs: GEMMA,
    answer: "<|channel>thought\nLet me\n see.\n<channel|>It is.\n",
    events: [
      ["reasoning", "Let me\n see."],
      ["text", "It is.\n"],
    ],
  },
  {
    title: "empty thought",
    signs: GEMMA,
    answer: "<|channel>thought\n<channel|>Hello.",
    events: [["text", "Hello."]],
  },
  {
    title: "opened by the prompt",
    signs: GEMMA,
    opened: true,
    answer: "Hm.\n<channel|>Yes.",
    events: [
      ["reasoning", "Hm."],
      ["text", "Yes."],
    ],
  },
  {
    title: "unclosed thought",
    signs: GEMMA,
    answer: "<|channel>thought\nHm, <chan",
    events: [["reasoning", "Hm, <chan"]],
  },
  {
    title: "final channel",
    signs: GEMMA,
    answer: "<|channel>thought\na<channel|><|channel>final\nb<channel|>",
    events: [
      ["reasoning", "a"],
      ["text", "b"],
    ],
  },
  {
    title: "call",
    signs: GEMMA,
    tools,
    answer:
      '<|channel>thought\nx<channel|><|tool_call>call:get_weather{city:<|"|>Köln, {a}:[b] "c"<|"|>,days:3,hourly:true,places:[<|"|>a<|"|>,{k:null,<|"|>q r<|"|>:-1.5e2}]}<tool_call|>',
    events: [
      ["reasoning", "x"],
      call({ city: 'Köln, {a}:[b] "c"', days: 3, hourly: true, places: ["a", { k: null, "q r": -150 }] }),
    ],
  },
  {
    title: "two calls and text",
    signs: GEMMA,
    tools,
    answer:
      "Look:\n<|tool_call>call:get_weather{}<tool_call|> \n<|tool_call>call:other.one{a:{},b:[]}<tool_call|>",
    events: [["text", "Look:"], call({}), call({ a: {}, b: [] }, "other.one")],
  },
  {
    title: "broken call",
    signs: GEMMA,
    tools,
    answer: "So <|tool_call>call:get_weather{city:Köln}<tool_call|> it is",
    events: [["text", "So <|tool_call>call:get_weather{city:Köln}<tool_call|>"], unread, ["text", " it is"]],
  },
  {
    title: "call cut short",
    signs: GEMMA,
    tools,
    answer: '<|tool_call>call:get_weather{city:<|"|>Kö',
    events: [["text", '<|tool_call>call:get_weather{city:<|"|>Kö'], unread],
  },
  {
    title: "call without its end marker",
    signs: GEMMA,
    tools,
    answer: '<|tool_call>call:get_weather{city:<|"|>Köln<|"|>}',
    events: [call(koeln)],
  },
  {
    title: "call in a thought is none",
    signs: GEMMA,
    tools,
    answer: "<|channel>thought\n<|tool_call>call:x{}<tool_call|><channel|>no",
    events: [
      ["reasoning", "<|tool_call>call:x{}<tool_call|>"],
      ["text", "no"],
    ],
  },
];
