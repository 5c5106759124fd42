import { readArguments } from "./read-json-calls.ts";
import type { WrittenCall } from "./tool-call.ts";

/** Name, JSON and sometimes an id, apart by special tokens. The first pattern that fits tells which is which. */
const PATTERNS: readonly RegExp[] = [
  // DeepSeek R1, then V3
  /^\s*function<｜tool▁sep｜>(?<name>[^\n]+)\n```json\s(?<args>.*)\n```\s*$/s,
  /^(?<name>[^<]+)<｜tool▁sep｜>(?<args>.*)$/s,
  // Kimi: the id holds the name
  /^\s*(?<id>(?:functions\.)?(?<name>[^\s<>:]+)(?::\d+)?)\s*<\|tool_call_argument_begin\|>(?<args>.*)$/s,
  // Solar
  /^\s*(?<id>[^\s<>]*)<\|tool_call:name\|>(?<name>[^\s<>]+)<\|tool_call:args\|>(?<args>.*)$/s,
  // gpt-oss: the rest of a message's header, then its content
  /^\s*(?:functions\.)?(?<name>[^\s<>]+)(?:(?!<\|message\|>).)*<\|message\|>(?<args>.*)$/s,
];

/** A call in one of these forms; undefined where it is anything else. */
export function readMarkedCall(body: string): WrittenCall | undefined {
  for (const pattern of PATTERNS) {
    const { id = "", name = "", args = "" } = pattern.exec(body)?.groups ?? {};
    // Models leave the braces out where there are no arguments.
    const read = name === "" ? undefined : readArguments(args.trim() === "" ? "{}" : args);
    if (read) return { ...(id !== "" && { id }), name: name.trim(), arguments: read };
  }
  return undefined;
}
