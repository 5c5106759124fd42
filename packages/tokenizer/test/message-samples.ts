import { call, koeln, type Sample, tools, unread } from "./channel-sample.ts";

/** Families whose answers are messages with headers: gpt-oss and Solar. */
const HARMONY = ["<|channel|>analysis<|message|>"];
const SOLAR = ["<|begin|>assistant<|think|>", "<|tool_call:begin|>"];
export const MESSAGE_SAMPLES: readonly Sample[] = [
  {
    title: "thought and answer",
    signs: HARMONY,
    answer:
      "<|channel|>analysis<|message|>Hm, <b>.<|end|><|start|>assistant<|channel|>final<|message|>Yes.\nNo.<|return|>",
    events: [
      ["reasoning", "Hm, <b>."],
      ["text", "Yes.\nNo."],
    ],
  },
  {
    title: "preamble and call",
    signs: HARMONY,
    tools,
    answer:
      '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>Let me look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Köln"}<|call|>',
    events: [["reasoning", "a"], ["text", "Let me look."], call(koeln)],
  },
  {
    title: "recipient before the channel",
    signs: HARMONY,
    tools,
    answer:
      '<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"city":"Köln"}<|call|>',
    events: [call(koeln)],
  },
  {
    title: "recipient right after the prompt, and no end",
    signs: HARMONY,
    tools,
    answer: ' to=functions.get_weather<|channel|>commentary json<|message|>{"city":"Köln"}',
    events: [call(koeln)],
  },
  {
    title: "call from a thought's channel, without arguments",
    signs: HARMONY,
    tools,
    answer: "<|channel|>analysis to=browser.open code<|message|><|call|>",
    events: [call({}, "browser.open")],
  },
  {
    title: "broken call",
    signs: HARMONY,
    tools,
    answer: "<|channel|>commentary to=functions.b json<|message|>{<|call|>",
    events: [["text", "<|channel|>commentary to=functions.b json<|message|>{<|call|>"], unread],
  },
  {
    title: "ends in a header",
    signs: HARMONY,
    tools,
    answer: "<|channel|>final<|message|>Yes.<|end|><|start|>assistant",
    events: [["text", "Yes."]],
  },
  {
    title: "thought and answer",
    signs: SOLAR,
    answer: "<|think|>Hm.<|end|><|begin|>assistant<|content|>Yes.<|end|>",
    events: [
      ["reasoning", "Hm."],
      ["text", "Yes."],
    ],
  },
  {
    title: "calls",
    signs: SOLAR,
    tools,
    answer:
      '<|think|>a<|end|><|begin|>assistant<|tool_calls|><|tool_call:begin|>x1<|tool_call:name|>get_weather<|tool_call:args|>{"city": "Köln"}<|tool_call:end|><|tool_call:begin|>x2<|tool_call:name|>b<|tool_call:args|>{}<|tool_call:end|><|calls|>',
    events: [["reasoning", "a"], call(koeln), call({}, "b")],
  },
];
