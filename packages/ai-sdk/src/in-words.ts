import type { ChatMessage } from "@engine/tokenizer";
import type { Ask } from "./ask.ts";
import type { Warning } from "./spec.ts";

/**
 * What nothing enforces is asked for in words: the form of the answer, and a call where one is required. Each has a
 * warning, since a model may do otherwise.
 */
export function inWords({ messages, tools, toolChoice, format }: Ask): {
  readonly messages: readonly ChatMessage[];
  readonly tools: Ask["tools"];
  readonly warnings: readonly Warning[];
} {
  const words: string[] = [];
  const warnings: Warning[] = [];
  const warn = (feature: string, details: string) =>
    warnings.push({ type: "compatibility", feature, details });
  if (format) {
    const { schema, name, description } = format;
    const what = [name, description].filter((text) => text !== undefined).join(": ");
    const of = schema === undefined ? "" : ` that fits this JSON schema:\n${JSON.stringify(schema)}`;
    words.push(`Answer with JSON and nothing else${what === "" ? "" : ` (${what})`}${of}`);
    warn(
      "responseFormat",
      "The form is asked of the model in words and not enforced; the first JSON value counts.",
    );
  }
  const named = typeof toolChoice === "object" ? toolChoice.name : undefined;
  const shown = tools.filter((tool) => named === undefined || tool.function.name === named);
  if (named !== undefined || toolChoice === "required") {
    words.push(named === undefined ? "Call one of the tools." : `Call the tool ${named}.`);
    warn("toolChoice", "A call is asked of the model in words and not enforced.");
  }
  return {
    messages: words.length === 0 ? messages : withSystem(messages, words.join("\n\n")),
    tools: toolChoice === "none" ? [] : shown,
    warnings,
  };
}

/** At the end of the system message; templates take one, and first. */
function withSystem(messages: readonly ChatMessage[], words: string): readonly ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role === "system" && typeof first.content === "string")
    return [{ ...first, content: `${first.content}\n\n${words}` }, ...rest];
  return [{ role: "system", content: words }, ...messages];
}
