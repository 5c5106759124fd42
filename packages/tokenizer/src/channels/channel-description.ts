/** How a family marks its thoughts. White space just inside and after the markers belongs to them. */
export interface ReasoningChannel {
  readonly open: string;
  readonly close: string;
  /** What is put where a thought is cut short: the closing marker as the family writes it. */
  readonly forced: string;
  /** "line": the opening marker counts only at the start of a line, for markers an answer may also speak of. */
  readonly where: "anywhere" | "line";
  /** Answers begin inside a thought, though neither prompt nor answer need say so: only its end is marked. */
  readonly always?: boolean;
}

/**
 * How the inside of a tool call is written; each has a reader in `read-calls.ts`.
 * - "json": `{"name", "arguments"}` or a list of them; "keyed": `[{NAME: {…}}]`
 * - "named": `NAME[ARGS]{…}`; "titled": `NAME>{…}`; "line": `NAME`, line break, `{…}` or Python code
 * - "marked": name and JSON apart by special tokens, as DeepSeek, Kimi, Solar and gpt-oss write them
 * - "gemma": `call:NAME{key:value}`; "python": `[NAME(key="value")]`
 * - "functions": `<function=NAME><parameter=KEY>…`; "pairs": `NAME<arg_key>…<arg_value>…`
 * - "invoke": `<invoke name="NAME"><parameter name="KEY">…`; "params": `NAME"><param name="KEY">…`
 * - "minimax": elements named after the arguments, each tag behind a special token
 */
export type CallSyntax =
  | "json"
  | "keyed"
  | "named"
  | "titled"
  | "line"
  | "marked"
  | "gemma"
  | "python"
  | "functions"
  | "pairs"
  | "invoke"
  | "params"
  | "minimax";

export interface ToolForm {
  /** "" where a call has no marker: then it is one only when it is the whole answer and names a tool that was given. */
  readonly open: string;
  /** Without it a call reaches to the next one or to the end. */
  readonly close?: string;
  /** Tried in this order. */
  readonly syntaxes: readonly CallSyntax[];
  /** Markers inside a call that a tokenizer may hold as special tokens. */
  readonly inner?: readonly string[];
  /** How a grammar may ask for one call. Absent where calls are in a form that grammars do not know. */
  readonly frame?: CallFrame;
}

/** How a family writes one call, markers included. */
export interface CallFrame {
  /** What stands before the arguments: NAME for the tool's name, CALLID for an id that the model makes up. */
  readonly before: string;
  readonly after: string;
  /** JSON unless told. */
  readonly arguments?: CallArguments;
}

/**
 * How a frame's arguments are written, JSON aside.
 * - "gemma": bare keys, strings between `<|"|>`, without the outermost braces
 * - texts: each argument between the last two of them, the others before (KEY for its name, IS_TEXT for whether it is
 *   a string), perhaps on lines of their own; strings as they are, all else as JSON
 */
export type CallArguments = "gemma" | readonly string[];

/** What a family's answers are made of: data that the parser, the prompt and the thought budget share. */
export interface ChannelDescription {
  readonly name: string;
  readonly reasoning?: ReasoningChannel;
  readonly tools: readonly ToolForm[];
  /** Markers that carry nothing of the answer. */
  readonly ignored: readonly string[];
  /** Tokens that end a turn, besides those the checkpoint names. */
  readonly stops: readonly string[];
}

/** All texts of a description that must stay visible in the stream, even as special tokens. */
export function markersOf({ reasoning, tools, ignored }: ChannelDescription): readonly string[] {
  const calls = tools.flatMap(({ open, close = "", inner = [] }) => [open, close, ...inner]);
  const thoughts = reasoning ? [reasoning.open, reasoning.close] : [];
  return [...new Set([...thoughts, ...calls, ...ignored])].filter((marker) => marker !== "");
}
