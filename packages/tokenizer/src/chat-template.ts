import { EngineError } from "@engine/core";
import { adaptContent, type ChatMessage, type ContentForms, probeContent } from "./chat-message.ts";
import { type Jinja, parseJinja } from "./jinja.ts";
import { isObject } from "./json.ts";
import { strftime } from "./strftime.ts";

/** A template, or several by name ("default", "tool_use"): a mapping, or the list tokenizer_config.json holds. */
export type ChatTemplateSource =
  | string
  | Readonly<Record<string, string>>
  | readonly { readonly name: string; readonly template: string }[];

/** What a conversation is rendered from. Further members (enable_thinking, documents, …) go to the template. */
export interface RenderOptions {
  readonly messages: readonly ChatMessage[];
  /** JSON schemas of the tools: `{ type: "function", function: { name, description, parameters } }`. */
  readonly tools?: readonly unknown[];
  /** Ends the prompt where the assistant's answer starts. Default false. */
  readonly addGenerationPrompt?: boolean;
  /** The time that strftime_now tells. Default: now. */
  readonly now?: Date;
  readonly [variable: string]: unknown;
}

export interface ChatTemplate {
  /** The templates' own texts, as the checkpoint holds them; empty when there is none. */
  readonly sources: readonly string[];
  /**
   * The prompt of a conversation. It holds the special tokens as text, BOS among them: encode it with
   * `addSpecialTokens: false`, or BOS comes twice.
   * Throws EngineError "bad-option" with the template's own words where it refuses the conversation (or when there
   * is no template), "bad-tokenizer" where the template itself is broken.
   */
  render(options: RenderOptions): string;
}

/** Names to templates, or undefined where there is none. Throws EngineError "bad-tokenizer" for another shape. */
export function readChatTemplates(value: unknown, where: string): ReadonlyMap<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return new Map([["default", value]]);
  const entries = Array.isArray(value)
    ? value.map((entry: unknown) => (isObject(entry) ? [entry.name, entry.template] : []))
    : isObject(value)
      ? Object.entries(value)
      : [[]];
  if (!entries.every((entry) => typeof entry[0] === "string" && typeof entry[1] === "string")) {
    throw new EngineError(
      "bad-tokenizer",
      `${where}: chat_template is neither a string nor a list of { name, template }.`,
    );
  }
  return entries.length === 0 ? undefined : new Map(entries as [string, string][]);
}

/** A chat template over named templates; `tokens` are the strings of bos_token, eos_token, … */
export function createChatTemplate(source: {
  readonly templates: ReadonlyMap<string, string> | undefined;
  readonly tokens: Readonly<Record<string, string>>;
}): ChatTemplate {
  const compiled = new Map<string, CompiledTemplate>();
  return {
    sources: [...(source.templates?.values() ?? [])],
    render(options) {
      const { templates } = source;
      if (templates === undefined) {
        throw new EngineError(
          "bad-option",
          "This model has no chat template, so messages cannot be rendered. Give the prompt as plain text instead.",
        );
      }
      const withTools = (options.tools?.length ?? 0) > 0 && templates.has("tool_use");
      const name = withTools ? "tool_use" : templates.has("default") ? "default" : [...templates.keys()][0]!;
      const template = compiled.get(name) ?? compile(templates.get(name)!, source.tokens);
      compiled.set(name, template);
      const messages = adaptContent(options.messages, template.forms());
      return template.render({ ...options, messages });
    },
  };
}

interface CompiledTemplate {
  render(options: RenderOptions): string;
  forms(): ContentForms;
}

function compile(text: string, tokens: Readonly<Record<string, string>>): CompiledTemplate {
  let template: Jinja;
  try {
    template = parseJinja(text);
  } catch (cause) {
    throw broken(cause);
  }
  const renderWith = (options: RenderOptions, tools: readonly unknown[] | null): string => {
    const { messages, tools: _, addGenerationPrompt, now, ...more } = options;
    const conversation = { messages, tools, add_generation_prompt: addGenerationPrompt === true };
    // Templates print bos_token and eos_token without asking whether the model has them.
    const variables = { bos_token: "", eos_token: "", ...tokens, ...more, ...conversation };
    return template.render(variables, {
      refuse: (message) => {
        throw new EngineError("bad-option", `The chat template refuses this conversation: ${message}`);
      },
      now: (format) => strftime(now ?? new Date(), format),
    });
  };
  const render = (options: RenderOptions): string => {
    const { tools } = options;
    const given = tools !== undefined && tools.length > 0;
    try {
      return renderWith(options, given ? tools : null);
    } catch (cause) {
      if (EngineError.isInstance(cause)) throw cause;
      if (given) throw broken(cause);
    }
    try {
      // "No tools" is none, as in transformers; a few templates written for tools loop over it unasked.
      return renderWith(options, []);
    } catch (cause) {
      throw EngineError.isInstance(cause) ? cause : broken(cause);
    }
  };
  let forms: ContentForms | undefined;
  return { render, forms: () => (forms ??= probeContent((messages) => render({ messages }))) };
}

function broken(cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(
    "bad-tokenizer",
    `The chat template cannot be run (${reason}). Give the prompt as plain text, or replace chat_template.jinja.`,
    { cause },
  );
}
