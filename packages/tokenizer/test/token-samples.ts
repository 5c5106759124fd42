import { call, koeln, type Sample, tools, unread } from "./channel-sample.ts";

const M3 = "]<]minimax[>[";
/** Families with markers of their own around thoughts and calls. */
export const TOKEN_SAMPLES: readonly Sample[] = [
  {
    title: "Kimi",
    signs: ["<think>", "<|tool_call_argument_begin|>"],
    tools,
    answer:
      '<think>a</think>b<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Köln"}<|tool_call_end|><|tool_call_begin|>functions.b:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
    events: [["reasoning", "a"], ["text", "b"], call(koeln), call({}, "b")],
  },
  {
    title: "Seed",
    signs: ["<seed:think>", "<seed:tool_call>"],
    tools,
    answer:
      "<seed:think>a</seed:think>\n<seed:tool_call>\n<function=get_weather>\n<parameter=city>Köln</parameter>\n<parameter=days>3</parameter>\n</function>\n</seed:tool_call>",
    events: [["reasoning", "a"], call({ city: "Köln", days: 3 })],
  },
  {
    title: "Hunyuan",
    signs: ["'<think{}>'", "'<tool_call{}>'"],
    tools,
    answer:
      "<think:opensource>a</think:opensource><tool_calls:opensource>\n<tool_call:opensource>get_weather<tool_sep:opensource>\n<arg_key:opensource>days</arg_key:opensource>\n<arg_value:opensource>3</arg_value:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>",
    events: [["reasoning", "a"], call({ days: 3 })],
  },
  {
    title: "MiniMax M2",
    signs: ["<think>", "<minimax:tool_call>"],
    tools,
    answer:
      '<think>\na\n</think>\n\n<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Köln</parameter>\n<parameter name="places">["x"]</parameter>\n</invoke>\n<invoke name="b">\n</invoke>\n</minimax:tool_call>',
    events: [["reasoning", "a"], call({ city: "Köln", places: ["x"] }), call({}, "b")],
  },
  {
    title: "MiniMax M3, nested",
    signs: ["<mm:think>", "]<]minimax[>[", "<tool_call>"],
    tools,
    answer: `<mm:think>a</mm:think>${M3}<tool_call>\n${M3}<invoke name="get_weather">${M3}<city>Köln <a>${M3}</city>${M3}<places>${M3}<item>7${M3}</item>${M3}</places>${M3}<other>${M3}<k>v${M3}</k>${M3}</other>${M3}</invoke>\n${M3}</tool_call>`,
    events: [["reasoning", "a"], call({ city: "Köln <a>", places: ["7"], other: { k: "v" } })],
  },
  {
    title: "MiniMax M3, not closed",
    signs: ["<mm:think>", "]<]minimax[>["],
    tools,
    answer: `${M3}<tool_call>${M3}<invoke name="b">${M3}<k>v${M3}</tool_call>`,
    events: [["text", `${M3}<tool_call>${M3}<invoke name="b">${M3}<k>v${M3}</tool_call>`], unread],
  },
  {
    title: "DeepSeek V3.2",
    signs: ["<think>", "｜DSML｜"],
    opened: true,
    tools,
    answer:
      'a</think>\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name="get_weather">\n<｜DSML｜parameter name="city" string="true">12</｜DSML｜parameter>\n<｜DSML｜parameter name="x" string="false">{"y": [1]}</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    events: [["reasoning", "a"], call({ city: "12", x: { y: [1] } })],
  },
  {
    title: "MiniCPM",
    signs: ["<think>", '<function name="'],
    tools,
    answer:
      '<function name="get_weather"><param name="city"><![CDATA[Köln\n<a>]]></param><param name="days">3</param></function>\n<function name="b"></function>',
    events: [call({ city: "Köln\n<a>", days: 3 }), call({}, "b")],
  },
  {
    title: "LFM2",
    signs: ["<|tool_list_start|>"],
    tools,
    answer:
      "Look. <|tool_call_start|>[get_weather(city=\"Köln 'a'\", days=-3, hourly=True, places=['x\\n', None, {'k': (1.5,)}]), b()]<|tool_call_end|>",
    events: [
      ["text", "Look."],
      call({ city: "Köln 'a'", days: -3, hourly: true, places: ["x\n", null, { k: [1.5] }] }),
      call({}, "b"),
    ],
  },
  {
    title: "LFM2, code that is no call",
    signs: ["<|tool_call_start|>"],
    tools,
    answer: "<|tool_call_start|>[get_weather(city=here)]<|tool_call_end|>",
    events: [["text", "<|tool_call_start|>[get_weather(city=here)]<|tool_call_end|>"], unread],
  },
  {
    title: "Apriel",
    signs: ["[BEGIN FINAL RESPONSE]", "<tool_calls>["],
    opened: true,
    tools,
    answer:
      'Here are my reasoning steps:\na\n[BEGIN FINAL RESPONSE]\nYes.\n<tool_calls>[{"name": "b", "arguments": {}}]</tool_calls>',
    events: [["reasoning", "Here are my reasoning steps:\na"], ["text", "Yes."], call({}, "b")],
  },
  {
    title: "Apertus",
    signs: ["<|inner_prefix|>", "<|tools_prefix|>"],
    tools,
    answer:
      '<|inner_prefix|>a<|inner_suffix|><|tools_prefix|>[{"get_weather": {"city": "Köln"}}, {"b": {}}]<|tools_suffix|>',
    events: [["reasoning", "a"], call(koeln), call({}, "b")],
  },
  {
    title: "Nemotron",
    signs: ["<think>", "<TOOLCALL>"],
    opened: true,
    tools,
    answer: 'a</think>\n<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Köln"}}]</TOOLCALL>',
    events: [["reasoning", "a"], call(koeln)],
  },
  {
    title: "Cohere",
    signs: ["<|START_THINKING|>", "<|START_ACTION|>"],
    tools,
    answer:
      '<|START_THINKING|>a<|END_THINKING|><|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Köln"}}\n]<|END_ACTION|>',
    events: [["reasoning", "a"], call(koeln)],
  },
  {
    title: "InternLM",
    signs: ["<|action_start|>"],
    tools,
    answer:
      'Look.<|action_start|><|plugin|>\n{"name": "get_weather", "parameters": {"city": "Köln"}}<|action_end|>',
    events: [["text", "Look."], call(koeln)],
  },
  {
    title: "Phi 4 mini",
    signs: ["<|/tool_call|>", "<|tool_call|>"],
    tools,
    answer: '<|tool_call|>[{"name": "b", "arguments": {}}]<|/tool_call|>',
    events: [call({}, "b")],
  },
  {
    title: "Granite 3",
    signs: ["<|tool_call|>"],
    tools,
    answer: '<|tool_call|>[{"name": "b", "arguments": {}}]',
    events: [call({}, "b")],
  },
  {
    title: "GigaChat",
    signs: ["'role': 'function call'"],
    tools,
    answer: 'Look.<|message_sep|>\n\nfunction call<|role_sep|>\n{"name": "b", "arguments": {}}',
    events: [["text", "Look."], call({}, "b")],
  },
  {
    title: "Functionary",
    signs: ["<function=example_function_name>{"],
    tools,
    answer: '<function=get_weather>{"city": "Köln"}</function><function=b>{</function>',
    events: [call(koeln), ["text", "<function=b>{</function>"], unread],
  },
  {
    title: "GLM 4",
    signs: ["[gMASK]"],
    tools,
    answer: '\nget_weather\n{"city": "Köln"}',
    events: [call(koeln)],
  },
  {
    title: "ChatGLM 3",
    signs: ["[gMASK]"],
    tools,
    answer: "get_weather\n ```python\ntool_call(city='Köln', days=3)\n```",
    events: [call({ city: "Köln", days: 3 })],
  },
  {
    title: "GLM 4, a word that is no tool",
    signs: ["[gMASK]"],
    tools,
    answer: "get_walls\n{}",
    events: [["text", "get_walls\n{}"]],
  },
  {
    title: "GLM 4, the tool's name as an answer",
    signs: ["[gMASK]", "<think>"],
    tools,
    answer: "<think>a</think>get_weather",
    events: [
      ["reasoning", "a"],
      ["text", "get_weather"],
    ],
  },
];
