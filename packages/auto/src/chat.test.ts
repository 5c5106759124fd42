import { describe, expect, test } from "vitest";
import { charTokenizer, say } from "../test/scripted.ts";

const QWEN = charTokenizer(["<think>", "</think>", "<tool_call>", "</tool_call>", "<|im_end|>", "<|odd|>"], {
  template:
    "{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}",
  special: ["<|im_end|>", "<|odd|>"],
});
const OPENED = charTokenizer(["<think>", "</think>"], {
  template: "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n",
});
const GEMMA = charTokenizer(
  ["<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", '<|"|>', "<turn|>"],
  {
    template: "{{ messages[0].content }}<turn|>\n{# <|channel>thought <|tool_call> #}",
  },
);
const tools = [{ type: "function", function: { name: "weather", parameters: {} } }];

describe("events", () => {
  test("thought, text, call and the result come apart", async () => {
    const call = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>';
    const { events, result } = await say(QWEN, `<think>\nHm.\n</think>\n\nI ask.\n${call}<|im_end|>more`, {
      tools,
    });
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(
      of("reasoning")
        .map((event) => "text" in event && event.text)
        .join(""),
    ).toBe("Hm.");
    expect(of("tool-call")).toEqual([
      {
        type: "tool-call",
        id: expect.stringMatching(/^\w{9}$/),
        name: "weather",
        arguments: { city: "Rome" },
      },
    ]);
    expect(result).toMatchObject({
      text: "I ask.",
      reasoning: "Hm.",
      finishReason: "stop",
      toolCalls: [{ name: "weather", arguments: { city: "Rome" } }],
    });
    expect(result.usage.reasoningTokens).toBe("\nHm.\n".length + 1);
    expect(events.at(-1)).toEqual({ type: "finish", ...result });
  });

  test("special tokens are hidden unless they are markers", async () => {
    const answer = `<|channel>thought\na<channel|>b<|tool_call>call:weather{city:<|"|>Rome<|"|>}<tool_call|>`;
    expect((await say(GEMMA, answer, { tools })).result).toMatchObject({
      reasoning: "a",
      text: "b",
      toolCalls: [{ arguments: { city: "Rome" } }],
    });
    expect((await say(QWEN, "a<|odd|>b")).result.text).toBe("ab");
  });

  test("a call that cannot be read is text, and a note says so", async () => {
    const { events, result } = await say(QWEN, "<tool_call>{oops</tool_call>", { tools });
    expect(result).toMatchObject({ text: "<tool_call>{oops</tool_call>", toolCalls: [] });
    expect(events.map(({ type }) => type)).toEqual(["text", "note", "finish"]);
  });

  test("waiting for the result alone gives it all", async () => {
    const { result } = await say(OPENED, "Hm.</think>Yes", { loop: false });
    expect(result).toMatchObject({ reasoning: "Hm.", text: "Yes" });
  });

  test("channels can be told", async () => {
    const channels = { name: "none", tools: [], ignored: [], stops: [] };
    expect((await say(QWEN, "<think>a</think>b", { channels })).result.text).toBe("<think>a</think>b");
  });
});

describe("stop strings", () => {
  test("end the answer's text, wherever its tokens are cut", async () => {
    const { result, raw } = await say(QWEN, "<think>END</think>one END two", { stop: ["END"] });
    expect(result).toMatchObject({ reasoning: "END", text: "one ", finishReason: "stop" });
    expect(raw).toBe("<think>END</think>one END");
  });

  test("text held back for one comes before what follows", async () => {
    const call = '<tool_call>{"name": "weather"}</tool_call>';
    const { events } = await say(QWEN, `one EN${call}`, { stop: ["END"], tools });
    expect(events.map(({ type }) => type).slice(-3)).toEqual(["text", "tool-call", "finish"]);
    expect(events.at(-1)).toMatchObject({ text: "one EN" });
  });
});

describe("thinking", () => {
  test("is a variable of the template", async () => {
    expect((await say(QWEN, "x", { thinking: false })).prompt).toBe("Hi<|im_end|><think>\n\n</think>\n\n");
    expect((await say(QWEN, "x", { thinking: true })).prompt).toBe("Hi<|im_end|>");
    expect((await say(QWEN, "x", { variables: { enable_thinking: false } })).prompt).toContain("</think>");
  });
});

describe("thought budget", () => {
  test("the thought is closed when it is spent, and the answer goes on", async () => {
    const { result, raw } = await say(QWEN, "<think>abcdefgh", { thoughtBudget: 4 });
    expect(raw).toBe("<think>abcd\n</think>\n\nefgh");
    expect(result).toMatchObject({ reasoning: "abcd", text: "efgh" });
    expect(result.usage).toMatchObject({ completionTokens: 13, reasoningTokens: 6 });
  });

  test("nothing happens when the model ends its thought in time", async () => {
    const { raw, result } = await say(QWEN, "<think>abc</think>d", { thoughtBudget: 4 });
    expect(raw).toBe("<think>abc</think>d");
    expect(result.text).toBe("d");
  });

  test("a thought the prompt has begun is closed too", async () => {
    const spent = await say(OPENED, "abcdef", { thoughtBudget: 2 });
    expect(spent.raw).toBe("ab\n</think>\n\ncdef");
    expect(spent.result).toMatchObject({ reasoning: "ab", text: "cdef" });
  });

  test("of 0: not one token of thought", async () => {
    const inPrompt = await say(OPENED, "abc", { thoughtBudget: 0 });
    expect(inPrompt.prompt).toBe("Hi<think>\n</think>\n\n");
    expect(inPrompt.result).toMatchObject({ reasoning: "", text: "abc" });
    const opened = await say(GEMMA, "<|channel>thought\nabc", { thoughtBudget: 0 });
    expect(opened.result).toMatchObject({ reasoning: "", text: "abc" });
  });

  test("counts all thoughts together, and lets a closing marker of the model's own come", async () => {
    const two = await say(QWEN, "<think>ab</think>c\n<think>def</think>g", { thoughtBudget: 4 });
    expect(two.raw).toBe("<think>ab</think>c\n<think>d\n</think>\n\nef</think>g");
    const letters = charTokenizer([], { template: "{{ messages[0].content }}{# <think> #}" });
    const own = await say(letters, "<think>abc</think>d", { thoughtBudget: 5 });
    expect(own.raw).toBe("<think>abc</think>d");
  });

  test("says nothing to a family that does not think", async () => {
    const plain = charTokenizer([], { template: "{{ messages[0].content }}" });
    expect((await say(plain, "abc", { thoughtBudget: 0 })).result.text).toBe("abc");
  });

  test.each([-1, 1.5, Number.NaN])("%s is refused", async (thoughtBudget) => {
    await expect(say(QWEN, "a", { thoughtBudget })).rejects.toThrow("thoughtBudget must be a whole number");
  });
});
