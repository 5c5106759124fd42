import type { ChatMessage } from "@engine/tokenizer";
import type { Ask } from "./ask.ts";
import type { Constrained } from "./constraints.ts";
import type { Warning } from "./spec.ts";

/**
 * What an answer is to be, in words: its form, which a model keeps better when it is told, and a call where one is
 * required. What nothing enforces besides has a warning, since a model may do otherwise.
 */
export function inWords(
  ask: Ask,
  held: Constrained | undefined,
): {
  readonly messages: readonly ChatMessage[];
  readonly tools: Ask["tools"];
  readonly warnings: readonly Warning[];
} {
  const { messages, toolChoice, format } = ask;
  const words: string[] = [];
  const warnings: Warning[] = [];
  const warn = (feature: string, otherwise: string) => {
    if (!held || "constraint" in held) return;
    const details = `It is asked of the model in words and not enforced (${held.why}); ${otherwise}.`;
    warnings.push({ type: "compatibility", feature, details });
  };
  if (format) {
    const { schema, name, description } = format;
    const what = [name, description].filter((text) => text !== undefined).join(": ");
    const of = schema === undefined ? "" : ` that fits this JSON schema:\n${JSON.stringify(schema)}`;
    const when = shownTools(ask).length > 0 ? "Call a tool, or answer" : "Answer";
    words.push(`${when} with JSON and nothing else${what === "" ? "" : ` (${what})`}${of}`);
    warn("responseFormat", "the first JSON value counts");
  }
  if (toolChoice !== "auto" && toolChoice !== "none") {
    words.push(
      typeof toolChoice === "object" ? `Call the tool ${toolChoice.name}.` : "Call one of the tools.",
    );
    warn("toolChoice", "the answer may have no call");
  }
  if (!format && toolChoice === "auto" && ask.tools.some((tool) => tool.function.strict))
    warn("strict tools", "arguments may not fit their schemas");
  return {
    messages: words.length === 0 ? messages : withSystem(messages, words.join("\n\n")),
    tools: shownTools(ask),
    warnings,
  };
}

/** The tools that the choice leaves. */
export function shownTools({ tools, toolChoice }: Pick<Ask, "tools" | "toolChoice">): Ask["tools"] {
  if (toolChoice === "none") return [];
  return typeof toolChoice === "object"
    ? tools.filter((tool) => tool.function.name === toolChoice.name)
    : tools;
}

/** At the end of the system message; templates take one, and first. */
function withSystem(messages: readonly ChatMessage[], words: string): readonly ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role === "system" && typeof first.content === "string")
    return [{ ...first, content: `${first.content}\n\n${words}` }, ...rest];
  return [{ role: "system", content: words }, ...messages];
}
