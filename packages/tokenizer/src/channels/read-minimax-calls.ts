import { isObject } from "../json.ts";
import { typedArgument } from "./argument-types.ts";
import type { ToolSchemas, WrittenCall } from "./tool-call.ts";

/** Stands before each tag. */
const SIGN = "]<]minimax[>[";
const MOST_NESTED = 64;

interface Element {
  readonly tag: string;
  readonly children: readonly Element[];
  readonly text: string;
}

/**
 * MiniMax M3's `<invoke name="NAME"><KEY>VALUE</KEY>…</invoke>…`: arguments are elements, objects and lists (of
 * `<item>`) nest. Undefined where it is anything else.
 */
export function readMinimaxCalls(body: string, tools: ToolSchemas): readonly WrittenCall[] | undefined {
  const [before, ...pieces] = body.split(SIGN);
  const elements = before!.trim() === "" ? readElements(pieces) : undefined;
  const calls = elements?.map(({ tag, children }): WrittenCall | undefined => {
    const name = /^invoke name="([^"]+)"$/.exec(tag)?.[1];
    if (name === undefined) return undefined;
    return { name, arguments: members(children, tools.get(name) ?? {}) };
  });
  return calls && calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

function readElements(pieces: readonly string[]): readonly Element[] | undefined {
  const root = { tag: "", children: [] as Element[], text: "" };
  const open = [root];
  for (const piece of pieces) {
    const found = /^<(\/?)([^<>]+)>(.*)$/s.exec(piece);
    const inner = open.at(-1)!;
    if (!found) return undefined;
    const [, slash, tag, text] = found;
    if (slash === "") {
      const element = { tag: tag!, children: [], text: text! };
      inner.children.push(element);
      open.push(element);
    } else if (open.length < 2 || inner.tag.split(" ")[0] !== tag || text!.trim() !== "") return undefined;
    else open.pop();
    if (open.length > MOST_NESTED) return undefined;
  }
  return open.length === 1 ? root.children : undefined;
}

function members(children: readonly Element[], schemas: Readonly<Record<string, unknown>>) {
  const entries = children.map((child): [string, unknown] => {
    const schema = Object.hasOwn(schemas, child.tag) ? schemas[child.tag] : undefined;
    return [child.tag, elementValue(child, schema)];
  });
  return Object.fromEntries(entries);
}

function elementValue({ children, text }: Element, schema: unknown): unknown {
  const { properties, items, type } = isObject(schema) ? schema : {};
  // An empty element may be an empty list or object as well as an empty text.
  if (children.length === 0) {
    if (text === "" && type === "array") return [];
    return text === "" && type === "object" ? {} : typedArgument(text, schema);
  }
  if (type !== "object" && children.every(({ tag }) => tag === "item"))
    return children.map((child) => elementValue(child, items));
  return members(children, isObject(properties) ? properties : {});
}
