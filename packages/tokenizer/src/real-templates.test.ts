import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { absent, fixture, shared } from "../test/shared.ts";
import { type ChatTemplate, createChatTemplate, type RenderOptions } from "./chat-template.ts";

interface Expected {
  readonly sha256?: string;
  readonly start?: string;
  readonly end?: string;
  readonly length?: number;
  /** The template's own raise_exception, or Jinja's sandbox. */
  readonly refused?: string;
  /** Python could not run it. */
  readonly failed?: string;
}
/** What Python's Jinja2, set up as transformers does, makes of every template (test/fixtures/make.py). */
const reference = fixture<{
  readonly conversations: Record<string, RenderOptions & { readonly add_generation_prompt: boolean }>;
  readonly rendered: Record<string, Record<string, Expected>>;
}>("real-templates.json");

const ALL = ["user", "system", "turns", "closed", "tools", "call"];
/** Where @huggingface/jinja 0.5.11 differs: the conversations concerned, and why. */
const KNOWN: Record<string, { readonly in: readonly string[]; readonly says: RegExp }> = {
  "Apriel-1.6-15b-Thinker-fixed.jinja": { in: ["tools", "call"], says: /Unknown ObjectValue filter: string/ },
  "unsloth-Apriel-1.5.jinja": { in: ["tools", "call"], says: /Unknown ObjectValue filter: string/ },
  "ByteDance-Seed-OSS.jinja": { in: ALL, says: /Object keys must be strings/ },
  "tencent-Hy3.jinja": { in: ALL, says: /Cannot call something that is not a function/ }, // str.format
  "openbmb-MiniCPM5-1B.jinja": { in: ["call"], says: /Unknown ArrayValue filter: min/ },
  "meetkai-functionary-medium-v3.2.jinja": { in: ["tools", "call"], says: /Cannot unpack non-iterable/ },
};
/** Python HTML-escapes the tools' JSON here, because of `|safe`; this package does not. */
const UNESCAPED: Record<string, readonly string[]> = {
  "meetkai-functionary-medium-v3.1.jinja": ["tools", "call"],
};

function load(
  file: string,
  tokens: Record<string, string> = { bos_token: "<s>", eos_token: "</s>" },
): ChatTemplate {
  const text = readFileSync(shared(`chat-templates/${file}`), "utf8");
  return createChatTemplate({ templates: new Map([["default", text]]), tokens });
}

function conversation(name: string): RenderOptions {
  const { add_generation_prompt, ...rest } = reference.conversations[name]!;
  return { ...rest, addGenerationPrompt: add_generation_prompt, now: new Date(2026, 2, 5, 14, 7) };
}

const reason = absent("chat-templates");

describe.skipIf(reason)(
  `every chat template equals Python's Jinja2${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    for (const [file, cases] of Object.entries(reference.rendered)) {
      it(file, () => {
        const template = load(file);
        for (const [name, want] of Object.entries(cases)) {
          const render = () => template.render(conversation(name));
          const known = KNOWN[file];
          if (known?.in.includes(name)) expect(render, name).toThrow(known.says);
          else if (want.refused !== undefined) expect(render, name).toThrow();
          else if (want.failed !== undefined) expect(render()).toContain("What is the weather in Köln?");
          else {
            const text = render();
            if (UNESCAPED[file]?.includes(name)) {
              expect(text).toContain('{"name": "get_weather"');
              continue;
            }
            const got = {
              start: text.slice(0, 40),
              end: text.slice(-40),
              length: text.length,
              sha256: sha256(text),
            };
            expect(got, name).toEqual(want);
          }
        }
      });
    }

    const dialogue = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi!" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Bye?" },
    ];
    const now = new Date(2026, 10, 9);
    // Written by hand from the templates' text, as a second witness beside Python.
    it.each([
      [
        "meta-llama-Llama-3.2-3B-Instruct.jinja",
        {},
        "<s><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: 09 Nov 2026\n\n" +
          "Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi!<|eot_id|>" +
          "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>" +
          "<|start_header_id|>user<|end_header_id|>\n\nBye?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
      ],
      [
        "Qwen-Qwen3-0.6B.jinja",
        { enable_thinking: false },
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n" +
          "<|im_start|>user\nBye?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
      ],
      [
        "mistralai-Mistral-Nemo-Instruct-2407.jinja",
        {},
        "<s>[INST]Hi![/INST]Hello.</s>[INST]Be brief.\n\nBye?[/INST]",
      ],
      [
        "google-gemma-4-31B-it.jinja",
        { enable_thinking: true },
        "<s><|turn>system\n<|think|>\nBe brief.<turn|>\n<|turn>user\nHi!<turn|>\n<|turn>model\nHello.<turn|>\n" +
          "<|turn>user\nBye?<turn|>\n<|turn>model\n",
      ],
    ])("renders a dialogue with %s", (file, variables, text) => {
      expect(load(file).render({ messages: dialogue, addGenerationPrompt: true, now, ...variables })).toBe(
        text,
      );
    });

    it("renders firefunction with the variables it asks for", () => {
      const template = load("fireworks-ai-llama-3-firefunction-v2.jinja");
      const options = {
        ...conversation("turns"),
        functions: '[{"name": "get_weather"}]',
        datetime: "2026-03-05",
      };
      expect(template.render(options)).toContain('[{"name": "get_weather"}]');
    });

    it("gives a template's refusal as bad-option, in the template's words", () => {
      const template = load("google-gemma-2-2b-it.jinja");
      expect(() => template.render(conversation("system"))).toThrowError(
        expect.objectContaining({
          code: "bad-option",
          message: expect.stringContaining("System role not supported"),
        }),
      );
    });

    it("renders the same text from parts as from a string", () => {
      const parts = (text: string) => [{ type: "text", text }];
      for (const file of Object.keys(reference.rendered)) {
        if (KNOWN[file] !== undefined || file.startsWith("fireworks")) continue;
        const template = load(file);
        const plain = conversation("closed");
        const messages = plain.messages.map((m) => ({ ...m, content: parts(m.content as string) }));
        const words = (text: string) => text.replace(/\s+/g, " ");
        expect(words(template.render({ ...plain, messages })), file).toBe(words(template.render(plain)));
      }
    });
  },
);

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
