import type { CallArguments } from "@engine/tokenizer";
import { gemmaMembers } from "./gemma-grammar.ts";
import { isObject, type JsonSchema } from "./tool.ts";

/** A call's arguments in a form of `CallArguments`, or JSON. */
export function argumentStructure(
  schema: JsonSchema,
  { kind, spell }: { readonly kind: CallArguments | undefined; readonly spell: (text: string) => string },
): object {
  if (kind === undefined) return { type: "json_schema", json_schema: schema };
  if (kind === "gemma") return { type: "grammar", grammar: gemmaMembers(schema, spell('<|"|>')) };
  const { properties, required } = schema;
  const wanted = new Set(Array.isArray(required) ? required : []);
  const all = Object.entries(isObject(properties) ? properties : {}).map(([key, value]) => {
    const one = argument(key, value, { texts: kind, root: schema, spell });
    return wanted.has(key) ? one : { type: "or", elements: [one, NOTHING] };
  });
  return { type: "sequence", elements: [LINE, ...all] };
}

/** xgrammar takes no empty text as a constant. */
const NOTHING = { type: "regex", pattern: "()" };
const LINE = { type: "regex", pattern: "\\n?" };

/** One argument between its texts. */
function argument(
  key: string,
  schema: unknown,
  {
    texts,
    root,
    spell,
  }: {
    readonly texts: readonly string[];
    readonly root: JsonSchema;
    readonly spell: (text: string) => string;
  },
): object {
  const [begin, end] = [texts.at(-2)!, texts.at(-1)!];
  const told = (text: string) =>
    spell(text.replace("KEY", () => key).replace("IS_TEXT", `${isText(schema)}`));
  const before = texts.slice(0, -2).flatMap((text) => [{ type: "const_string", value: told(text) }, LINE]);
  const tag = { type: "tag", begin: told(begin), content: value(schema, root), end: told(end) };
  return { type: "sequence", elements: [...before, tag, LINE] };
}

function value(schema: unknown, root: JsonSchema): object {
  if (!isText(schema)) {
    // What is referred to stands at the root.
    const { $defs, definitions } = root;
    const own = isObject(schema) ? schema : {};
    const json = { ...own, ...(isObject($defs) && { $defs }), ...(isObject(definitions) && { definitions }) };
    return { type: "sequence", elements: [LINE, { type: "json_schema", json_schema: json }, LINE] };
  }
  const { enum: several, const: only } = schema as JsonSchema;
  const texts = (Array.isArray(several) ? several : only === undefined ? [] : [only]).map(String);
  if (texts.length === 0) return { type: "any_text" };
  const constants = texts.map((text) => ({ type: "const_string", value: text }));
  return { type: "sequence", elements: [LINE, { type: "or", elements: constants }, LINE] };
}

function isText(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const { type, enum: several, const: only } = schema;
  if (type !== undefined) return type === "string";
  return (Array.isArray(several) ? several : [only]).every((one) => typeof one === "string");
}
