import { typedArgument } from "./argument-types.ts";
import type { ToolSchemas, WrittenCall } from "./tool-call.ts";

const CALL = /\s*<(?:｜DSML｜)?invoke name="([^"]+)">(.*?)<\/(?:｜DSML｜)?invoke>\s*/sy;
const PARAMETER =
  /\s*<(?:｜DSML｜)?param(?:eter)? name="([^"]+)"(?: string="(true|false)")?>(<!\[CDATA\[.*?\]\]>|.*?)<\/(?:｜DSML｜)?param(?:eter)?>\s*/sy;

/** `<invoke name="NAME"><parameter name="KEY">VALUE</parameter>…</invoke>…`; undefined where it is anything else. */
export function readInvokeCalls(body: string, tools: ToolSchemas): readonly WrittenCall[] | undefined {
  const found = every(body, CALL);
  const calls = found?.map(([, name, inside]) => callOf(name!, inside!, tools));
  return calls && calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** `NAME"><param name="KEY">VALUE</param>…`, after a marker that ends in a quote; undefined where it is anything else. */
export function readParamsCall(body: string, tools: ToolSchemas): WrittenCall | undefined {
  const found = /^([^"<>]+)">(.*)$/s.exec(body);
  return found ? callOf(found[1]!, found[2]!, tools) : undefined;
}

function callOf(name: string, inside: string, tools: ToolSchemas): WrittenCall | undefined {
  const schemas = tools.get(name) ?? {};
  const parameters = every(inside, PARAMETER)?.map(([, key, string, text]): [string, unknown] => {
    const value = text!.replace(/^<!\[CDATA\[(.*)\]\]>$/s, "$1");
    const schema = Object.hasOwn(schemas, key!) ? schemas[key!] : undefined;
    // DeepSeek says itself what is a string, and writes all else as JSON.
    const declared = string === "true" ? { type: "string" } : string === "false" ? undefined : schema;
    return [key!, typedArgument(value, declared)];
  });
  return parameters && { name, arguments: Object.fromEntries(parameters) };
}

/** All matches of a sticky pattern, where they fill the text. */
function every(text: string, pattern: RegExp): readonly RegExpExecArray[] | undefined {
  const all: RegExpExecArray[] = [];
  for (let at = 0; text.slice(at).trim() !== ""; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    all.push(found);
  }
  return all;
}
