import { readArguments } from "./read-json-calls.ts";
import { readPythonCalls } from "./read-python-calls.ts";
import type { WrittenCall } from "./tool-call.ts";

/** `NAME[ARGS]{…}`, with `[CALL_ID]id` between in some versions; undefined where it is anything else. */
export function readNamedCall(body: string): WrittenCall | undefined {
  const found = /^\s*([^\s[\]{}"]+)\s*(?:\[CALL_ID\]\s*(\w+)\s*)?(?:\[ARGS\])?\s*(\{.*)$/s.exec(body);
  const args = found && readArguments(found[3]!);
  if (!args) return undefined;
  return { ...(found[2] !== undefined && { id: found[2] }), name: found[1]!, arguments: args };
}

/** `NAME>{…}`; undefined where it is anything else. */
export function readTitledCall(body: string): WrittenCall | undefined {
  const found = /^\s*([^\s<>{}"]+)\s*>(.*)$/s.exec(body);
  const args = found && readArguments(found[2]!);
  return args ? { name: found[1]!, arguments: args } : undefined;
}

/** A line with the tool's name, then its arguments as JSON or, fenced, as `tool_call(key="value")`. */
export function readLineCall(body: string): WrittenCall | undefined {
  const found = /^\s*([^\s<>{}"]+)[^\S\n]*\n(.*)$/s.exec(body);
  if (!found) return undefined;
  const fenced = /^\s*```python\s(.*)```\s*$/s.exec(found[2]!);
  const args = fenced ? readPythonCalls(fenced[1]!)?.[0]?.arguments : readArguments(found[2]!);
  return args && { name: found[1]!, arguments: args };
}
