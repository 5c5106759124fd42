import { readArguments } from "./read-json-calls.ts";
import type { WrittenCall } from "./tool-call.ts";

/** `NAME[ARGS]{…}`, with `[CALL_ID]id` between in some versions; undefined where it is anything else. */
export function readNamedCall(body: string): WrittenCall | undefined {
  const found = /^\s*([^\s[\]{}"]+)\s*(?:\[CALL_ID\]\s*(\w+)\s*)?(?:\[ARGS\])?\s*(\{.*)$/s.exec(body);
  const args = found && readArguments(found[3]!);
  if (!args) return undefined;
  return { ...(found[2] !== undefined && { id: found[2] }), name: found[1]!, arguments: args };
}

/** `NAME<｜tool▁sep｜>{…}`, or DeepSeek R1's `function<｜tool▁sep｜>NAME` with the JSON fenced. */
export function readSeparatedCall(body: string): WrittenCall | undefined {
  const found =
    /^\s*function<｜tool▁sep｜>([^\n]+)\n```json\s(.*)\n```\s*$/s.exec(body) ??
    /^([^<]+)<｜tool▁sep｜>(.*)$/s.exec(body);
  const args = found && readArguments(found[2]!);
  return args ? { name: found[1]!.trim(), arguments: args } : undefined;
}

/** `NAME.call(key="value", …)`, Llama's form for its built-in tools; undefined where it is anything else. */
export function readPythonCall(body: string): WrittenCall | undefined {
  const found = /^\s*([\w.-]+)\.call\((.*)\)\s*$/s.exec(body);
  if (!found) return undefined;
  const list = found[2]!;
  const argument = /\s*(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)\s*(?:,|$)/sy;
  const values: [string, unknown][] = [];
  for (let at = 0; list.slice(at).trim() !== ""; at = argument.lastIndex) {
    argument.lastIndex = at;
    const [, key, text] = argument.exec(list) ?? [];
    if (key === undefined) return undefined;
    try {
      values.push([key, JSON.parse(text!)]);
    } catch {
      return undefined;
    }
  }
  return { name: found[1]!, arguments: Object.fromEntries(values) };
}
