import { typedArgument } from "./argument-types.ts";
import type { ToolSchemas, WrittenCall } from "./tool-call.ts";

const PAIR = /\s*<arg_key[^>]*>(.*?)<\/arg_key[^>]*>\s*<arg_value[^>]*>(.*?)<\/arg_value[^>]*>\s*/sy;

/** `<function=NAME><parameter=KEY>VALUE</parameter>…</function>`; undefined where it is anything else. */
export function readFunctionCall(body: string, tools: ToolSchemas): WrittenCall | undefined {
  const whole = /^\s*<function=([^>\s]+)\s*>(.*?)(?:<\/function>)?\s*$/s.exec(body);
  if (!whole) return undefined;
  const pairs = readPairs(whole[2]!, /\s*<parameter=([^>]+)>(.*?)<\/parameter>\s*/sy);
  return pairs && typed(whole[1]!, pairs, tools);
}

/**
 * `NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>…`, Hunyuan's tags with a suffix and a separator after the
 * name; undefined where it is anything else.
 */
export function readPairsCall(body: string, tools: ToolSchemas): WrittenCall | undefined {
  const whole = /^\s*([^\s<>{}[\]"]+)\s*(?:<tool_sep[^>]*>)?\s*(.*)$/s.exec(body);
  if (!whole) return undefined;
  const pairs = readPairs(whole[2]!, PAIR);
  // A word alone may be anything, so it is a call only of a tool that was given.
  if (!pairs || (pairs.length === 0 && !tools.has(whole[1]!))) return undefined;
  return typed(whole[1]!, pairs, tools);
}

function readPairs(text: string, pattern: RegExp): readonly [string, string][] | undefined {
  const pairs: [string, string][] = [];
  let at = 0;
  while (text.slice(at).trim() !== "") {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    pairs.push([found[1]!.trim(), found[2]!]);
    at = pattern.lastIndex;
  }
  return pairs;
}

function typed(name: string, pairs: readonly [string, string][], tools: ToolSchemas): WrittenCall {
  const schemas = tools.get(name) ?? {};
  const values = pairs.map(([key, text]): [string, unknown] => {
    // The templates put a value on lines of its own.
    const value = text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
    return [key, typedArgument(value, Object.hasOwn(schemas, key) ? schemas[key] : undefined)];
  });
  return { name, arguments: Object.fromEntries(values) };
}
