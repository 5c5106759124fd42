import type { ChatMessage } from "../chat-message.ts";
import { isObject, type JsonObject } from "../json.ts";
import { readArguments } from "./read-json-calls.ts";

/** How a template reads a message with tool calls. */
export interface CallForms {
  /** The name by which it knows an answer's thought. */
  readonly reasoning?: "reasoning_content" | "thinking" | "reasoning";
  /** It refuses an answer that has a thought, content and calls. */
  readonly thoughtOrContent: boolean;
  /** It prints the first call of an answer and no other. */
  readonly oneCall: boolean;
  /** It asks whether there is content; others look into it unasked, and "" serves them. */
  readonly nullContent: boolean;
  /** It prints `arguments` as they are: JSON text. Others want the object. */
  readonly textArguments: boolean;
  /** It takes no ids but of nine letters. */
  readonly nineLetters: boolean;
}

const NAMES = [
  ["reasoning_content", /reasoning_content/],
  ["thinking", /message\.thinking\b|message\[['"]thinking['"]\]/],
  ["reasoning", /message\.reasoning\b|message\[['"]reasoning['"]\]/],
] as const;

export function callForms(templates: readonly string[]): CallForms {
  const has = (pattern: RegExp): boolean => templates.some((text) => pattern.test(text));
  const reasoning = NAMES.find(([, pattern]) => has(pattern))?.[0];
  return {
    ...(reasoning && { reasoning }),
    thoughtOrContent: has(/Cannot pass both content and thinking/),
    oneCall: has(/tool_calls['"]?\]?\s*\[0\]/) && !has(/\bin message(?:\.|\[['"])tool_calls/),
    nullContent: has(/== 'assistant' and message\['content'\] is\s+(?:not\s+)?none/),
    textArguments: has(/arguments['"]?\]?\s*(?:\+|~|-?\}\})/) && !has(/arguments['"]?\]?\s*(?:\||is\s)/),
    nineLetters: has(/length\s*!=\s*9\b/),
  };
}

/** Brings the calls of a conversation and their results into the form a template reads, message by message. */
export class CallHistory {
  readonly #forms: CallForms;
  readonly #names = new Map<string, string>();

  constructor(forms: CallForms) {
    this.#forms = forms;
  }

  /** An answer, with calls or without. Templates ask whether there is `tool_calls`, so an empty one goes. */
  asked(message: ChatMessage): ChatMessage {
    const { tool_calls: given, content, ...rest } = message;
    if (!given || given.length === 0) return content === undefined ? rest : { ...rest, content };
    const calls = given.map((call) => (isObject(call) ? this.#call(call) : call));
    const said = content || (this.#forms.nullContent ? null : "");
    return { ...rest, content: said, tool_calls: calls };
  }

  /** A result, with the name of its tool where the call told it. */
  result(message: ChatMessage): ChatMessage {
    const { tool_call_id: id } = message;
    if (typeof id !== "string") return message;
    const name = message.name ?? this.#names.get(id);
    return { ...message, ...(name !== undefined && { name }), tool_call_id: this.#id(id) };
  }

  #call(call: JsonObject): JsonObject {
    const given = isObject(call.function) ? call.function : call;
    const { name, arguments: args = {} } = given;
    const { id } = call;
    if (typeof id === "string" && typeof name === "string") this.#names.set(id, name);
    const ready = { ...given, arguments: this.#forms.textArguments ? asText(args) : asObject(args) };
    const members = typeof id === "string" ? { id: this.#id(id) } : {};
    return isObject(call.function)
      ? { type: "function", ...call, ...members, function: ready }
      : { ...ready, ...members };
  }

  #id(id: string): string {
    return this.#forms.nineLetters && !/^[A-Za-z0-9]{9}$/.test(id) ? nineLetters(id) : id;
  }
}

/** Nine letters that stand for an id: FNV-1a of it, in base 36. */
function nineLetters(id: string): string {
  let [low, high] = [0x811c9dc5, 0x1234567];
  for (let i = 0; i < id.length; i++) {
    low = Math.imul(low ^ id.charCodeAt(i), 0x01000193) >>> 0;
    high = Math.imul(high ^ low, 0x01000193) >>> 0;
  }
  return (low.toString(36) + high.toString(36)).padEnd(9, "0").slice(0, 9);
}

function asText(args: unknown): unknown {
  return isObject(args) ? JSON.stringify(args) : args;
}

function asObject(args: unknown): unknown {
  if (typeof args !== "string") return args;
  return args.trim() === "" ? {} : (readArguments(args) ?? args);
}
