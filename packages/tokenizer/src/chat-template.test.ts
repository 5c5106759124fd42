import { describe, expect, it } from "vitest";
import { createChatTemplate, type RenderOptions, readChatTemplates } from "./chat-template.ts";

function render(
  template: string,
  options: Partial<RenderOptions> = {},
  tokens: Record<string, string> = {},
): string {
  const templates = new Map([["default", template]]);
  return createChatTemplate({ templates, tokens }).render({
    messages: [{ role: "user", content: "Hi" }],
    ...options,
  });
}

describe("a chat template", () => {
  it("sees messages, special tokens and further variables", () => {
    const text =
      "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{{ mood }}{{ eos_token }}";
    expect(render(text, { mood: "!" }, { bos_token: "<s>", eos_token: "</s>" })).toBe("<s>[user]Hi!</s>");
  });

  it("prints nothing for a BOS the model has not", () => {
    expect(render("{{ bos_token }}{{ messages[0].content }}")).toBe("Hi");
  });

  it("trims blocks and lines as transformers does", () => {
    expect(render("  {% if true %}\na\n  {% endif %}\nb\n")).toBe("a\nb");
  });

  it("ends where the answer starts only when asked", () => {
    const text = "{% if add_generation_prompt %}A:{% else %}.{% endif %}";
    expect(render(text)).toBe(".");
    expect(render(text, { addGenerationPrompt: true })).toBe("A:");
  });

  it("gives tools, none where there are none, and an empty list to a template that needs a list", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(render("{{ tools | tojson }}", { tools })).toBe(
      '[{"type": "function", "function": {"name": "f"}}]',
    );
    expect(render("{{ tools is none }}")).toBe("true");
    expect(render("{{ tools is none }}", { tools: [] })).toBe("true");
    expect(render("{% for t in tools %}{{ t }}{% endfor %}-")).toBe("-");
  });

  it("tells the time it is given, in English", () => {
    expect(render('{{ strftime_now("%d %b %Y") }}', { now: new Date(2026, 4, 3) })).toBe("03 May 2026");
  });

  it("runs range as Python", () => {
    const text =
      "{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}{% for i in range(2) %}{{ i }}{% endfor %}";
    expect(render(`${text}{% for i in range(3, 3) %}x{% endfor %}`)).toBe("53101");
  });

  it("gives a refusal in the template's words", () => {
    expect(() => render("{{ raise_exception('no system role') }}")).toThrowError(
      expect.objectContaining({ code: "bad-option", message: expect.stringContaining("no system role") }),
    );
  });

  it("says when the template itself is broken", () => {
    const broken = expect.objectContaining({ code: "bad-tokenizer" });
    expect(() => render("{% if %}")).toThrowError(broken);
    expect(() => render("{{ nothing.at.all.here() }}")).toThrowError(broken);
    expect(() => render("{{ messages | frobnicate }}", { tools: [1] })).toThrowError(broken);
  });

  it("can be rendered twice", () => {
    const templates = new Map([["default", "{% set n = namespace(i=0) %}{% set n.i = n.i + 1 %}{{ n.i }}"]]);
    const template = createChatTemplate({ templates, tokens: {} });
    expect([template.render({ messages: [] }), template.render({ messages: [] })]).toEqual(["1", "1"]);
  });
});

describe("the form of contents", () => {
  const messages = [
    {
      role: "user",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
  ];
  const forText = "{% for m in messages %}{{ '[' + m.content + ']' }}{% endfor %}";
  const forParts =
    "{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}({{ p.text }}){% else %}<image>{% endif %}{% endfor %}{% endfor %}";

  it("joins text parts for a template that reads strings", () => {
    expect(render(forText, { messages })).toBe("[ab]");
    expect(render("{% for m in messages %}{{ m.content }}{% endfor %}", { messages })).toBe("ab");
  });

  it("keeps parts for a template that reads them, and makes parts of strings for it", () => {
    expect(render(forParts, { messages })).toBe("(a)(b)");
    expect(render(forParts)).toBe("(Hi)");
  });

  it("leaves images where they are", () => {
    const content = [{ type: "image" }, { type: "text", text: "What is it?" }];
    expect(render(forParts, { messages: [{ role: "user", content }] })).toBe("<image>(What is it?)");
  });

  it("leaves messages without content alone", () => {
    const calls = [
      { role: "assistant", content: null, tool_calls: [{ function: { name: "f", arguments: { x: 1 } } }] },
    ];
    expect(render("{{ messages[0].tool_calls[0].function.arguments | tojson }}", { messages: calls })).toBe(
      '{"x": 1}',
    );
  });
});

describe("named templates", () => {
  const templates = readChatTemplates(
    [
      { name: "default", template: "plain" },
      { name: "tool_use", template: "tools" },
    ],
    "tokenizer_config.json",
  );
  const template = createChatTemplate({ templates, tokens: {} });

  it("takes tool_use where tools are given", () => {
    expect(template.render({ messages: [] })).toBe("plain");
    expect(template.render({ messages: [], tools: [] })).toBe("plain");
    expect(template.render({ messages: [], tools: [{}] })).toBe("tools");
  });

  it("refuses another shape", () => {
    for (const value of [7, [{ name: "default" }], ["text"], { default: 1 }]) {
      expect(() => readChatTemplates(value, "tokenizer_config.json")).toThrowError(
        expect.objectContaining({
          code: "bad-tokenizer",
          message: expect.stringContaining("tokenizer_config.json"),
        }),
      );
    }
    expect(readChatTemplates(null, "x")).toBeUndefined();
    expect(readChatTemplates([], "x")).toBeUndefined();
  });
});
