import type { WrittenCall } from "./tool-call.ts";

const QUOTE = '<|"|>';
const MOST_NESTED = 64;

/** `call:NAME{key:value,…}`; undefined where it is anything else. */
export function readGemmaCall(body: string): WrittenCall | undefined {
  const head = /^\s*call:\s*([^\s{}:]+)\s*(?=\{)/.exec(body);
  if (!head) return undefined;
  const reader = new GemmaReader(body, head[0].length);
  const value = reader.value(0);
  if (value === undefined || !reader.ended) return undefined;
  return { name: head[1]!, arguments: value.is as Record<string, unknown> };
}

/** Reads values as Gemma's templates write them: JSON with bare keys and strings between `<|"|>`. */
class GemmaReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get ended(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }

  value(depth: number): { readonly is: unknown } | undefined {
    if (depth > MOST_NESTED) return undefined;
    if (this.#take("{")) {
      const members: [string, unknown][] = [];
      const whole = this.#list("}", () => {
        const key = this.#string() ?? this.#match(/[^\s:,{}[\]"<>]+/y);
        if (key === undefined || !this.#take(":")) return false;
        const value = this.value(depth + 1);
        if (value) members.push([key, value.is]);
        return value !== undefined;
      });
      return whole ? { is: Object.fromEntries(members) } : undefined;
    }
    if (this.#take("[")) {
      const items: unknown[] = [];
      const whole = this.#list("]", () => {
        const value = this.value(depth + 1);
        if (value) items.push(value.is);
        return value !== undefined;
      });
      return whole ? { is: items } : undefined;
    }
    return this.#plain();
  }

  #plain(): { readonly is: unknown } | undefined {
    const string = this.#string();
    if (string !== undefined) return { is: string };
    const word = this.#match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None/y);
    if (word === undefined) return undefined;
    return { is: word === "None" ? null : JSON.parse(word.toLowerCase()) };
  }

  /** Between `<|"|>` nothing is escaped; JSON's own strings are taken as well. */
  #string(): string | undefined {
    if (this.#take(QUOTE)) {
      const end = this.#text.indexOf(QUOTE, this.#at);
      if (end < 0) return undefined;
      const string = this.#text.slice(this.#at, end);
      this.#at = end + QUOTE.length;
      return string;
    }
    const json = this.#match(/"(?:[^"\\]|\\.)*"/y);
    try {
      return json === undefined ? undefined : JSON.parse(json);
    } catch {
      return undefined;
    }
  }

  #list(close: string, item: () => boolean): boolean {
    if (this.#take(close)) return true;
    do if (!item()) return false;
    while (this.#take(","));
    return this.#take(close);
  }

  #take(sign: string): boolean {
    this.#match(/\s*/y);
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
