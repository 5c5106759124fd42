import { EngineError } from "@engine/core";
import { isObject, type JsonSchema } from "./tool.ts";

const MOST_NESTED = 32;

/**
 * An EBNF grammar for an object as Gemma writes it, without the outermost braces: `key:value,…` in the schema's order,
 * strings between two quotes of its own. Types, members, items, constants and choices are held; what bounds a value
 * further (ranges, lengths, patterns) is not.
 */
export function gemmaMembers(schema: JsonSchema, quote: string): string {
  const rules = new Rules(schema, quote);
  const root = rules.members(schema, 0);
  return [`root ::= ${root}`, ...rules.lines].join("\n");
}

class Rules {
  readonly lines: string[] = [];
  readonly #root: JsonSchema;
  readonly #quote: string;

  constructor(root: JsonSchema, quote: string) {
    this.#root = root;
    this.#quote = literal(quote);
    // A quote that is a token of its own begins with a byte that no text has.
    const inside = quote.startsWith("\x02") ? "[^\\x02]" : `([^<] | "<" [^|])`;
    this.lines.push(
      `text ::= ${this.#quote} ${inside}* ${this.#quote}`,
      `integer ::= "-"? ("0" | [1-9] [0-9]{0,15})`,
      `number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?`,
      `boolean ::= "true" | "false"`,
      `list ::= "[" (any ("," any)*)? "]"`,
      `object ::= "{" (key ":" any ("," key ":" any)*)? "}"`,
      "key ::= [A-Za-z_] [A-Za-z0-9_]{0,63}",
      `any ::= text | number | boolean | "null" | list | object`,
    );
  }

  members(schema: JsonSchema, depth: number): string {
    const { properties, required } = schema;
    const wanted = new Set(Array.isArray(required) ? required : []);
    const all = Object.entries(isObject(properties) ? properties : {}).map(([key, value]) => ({
      text: `${literal(`${key}:`)} ${this.#value(value, depth + 1)}`,
      wanted: wanted.has(key),
    }));
    // From the last to the first: what may follow when a member came before, and when none did.
    let [after, first] = ['""', '""'];
    for (const { text, wanted: needed } of all.toReversed()) {
      const [rest, begin] = [this.#rule(after), this.#rule(first)];
      after = needed ? `"," ${text} ${rest}` : `("," ${text} ${rest}) | ${rest}`;
      first = needed ? `${text} ${rest}` : `(${text} ${rest}) | ${begin}`;
    }
    return first;
  }

  #value(schema: unknown, depth: number): string {
    if (depth > MOST_NESTED)
      throw new EngineError(
        "bad-option",
        `A tool's schema nests deeper than ${MOST_NESTED}; make it flatter.`,
      );
    if (!isObject(schema)) return "any";
    const { $ref, enum: several, const: only, anyOf, oneOf, type } = schema;
    if (typeof $ref === "string") return this.#value(this.#referred($ref), depth + 1);
    if (only !== undefined) return this.#constant(only);
    if (Array.isArray(several)) return this.#either(several.map((one) => this.#constant(one)));
    const choices = anyOf ?? oneOf;
    if (Array.isArray(choices)) return this.#either(choices.map((one) => this.#value(one, depth + 1)));
    if (Array.isArray(type))
      return this.#either(type.map((one) => this.#value({ ...schema, type: one }, depth + 1)));
    return this.#typed(schema, depth);
  }

  #typed(schema: JsonSchema, depth: number): string {
    switch (schema.type) {
      case "string":
        return "text";
      case "integer":
      case "number":
      case "boolean":
        return schema.type;
      case "null":
        return '"null"';
      case "array": {
        const item = this.#value(schema.items, depth + 1);
        return this.#rule(`"[" (${item} ("," ${item})*)? "]"`);
      }
      case "object":
        return isObject(schema.properties)
          ? this.#rule(`"{" ${this.#rule(this.members(schema, depth))} "}"`)
          : "object";
      default:
        return "any";
    }
  }

  #referred(reference: string): unknown {
    let found: unknown = this.#root;
    for (const part of reference.replace(/^#\/?/, "").split("/"))
      found = isObject(found) && Object.hasOwn(found, part) ? found[part] : undefined;
    if (found !== undefined) return found;
    throw new EngineError(
      "bad-option",
      `A tool's schema refers to ${reference.slice(0, 100)}, which it lacks.`,
    );
  }

  #constant(value: unknown): string {
    if (typeof value === "string") return `${this.#quote} ${literal(value)} ${this.#quote}`;
    if (value === null || typeof value !== "object") return literal(JSON.stringify(value));
    return "any";
  }

  #either(choices: readonly string[]): string {
    return this.#rule(choices.map((one) => `(${one})`).join(" | "));
  }

  #rule(text: string): string {
    const name = `r${this.lines.length}`;
    this.lines.push(`${name} ::= ${text}`);
    return name;
  }
}

/** A text as EBNF. */
function literal(text: string): string {
  const escaped = Array.from(text, (sign) => ESCAPES[sign] ?? sign).join("");
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x02": "\\x02",
};
