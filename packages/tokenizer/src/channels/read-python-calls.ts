import type { WrittenCall } from "./tool-call.ts";

const MOST_NESTED = 64;
const WORDS: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "\n": "" };

/**
 * `NAME(key="value", …)`, or a list of such, with values as Python writes them; Llama adds `.call` to the name.
 * Undefined where it is anything else.
 */
export function readPythonCalls(body: string): readonly WrittenCall[] | undefined {
  const reader = new PythonReader(body);
  const calls: WrittenCall[] = [];
  const call = (): boolean => {
    const read = reader.call();
    if (read) calls.push(read);
    return read !== undefined;
  };
  const whole = reader.take("[") ? reader.list("]", call) : call();
  return whole && reader.ended && calls.length > 0 ? calls : undefined;
}

class PythonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get ended(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }

  call(): WrittenCall | undefined {
    const name = this.#match(/\s*[\w.-]+/y)?.trim();
    if (name === undefined || !this.take("(")) return undefined;
    const values: [string, unknown][] = [];
    const whole = this.list(")", () => {
      const key = this.#match(/\s*[\p{L}_][\p{L}\p{N}_]*/uy)?.trim();
      const value = key !== undefined && this.take("=") ? this.#value(0) : undefined;
      if (value) values.push([key!, value.is]);
      return value !== undefined;
    });
    return whole ? { name: name.replace(/\.call$/, ""), arguments: Object.fromEntries(values) } : undefined;
  }

  /** Items with commas between and perhaps one after the last, up to `close`. */
  list(close: string, item: () => boolean): boolean {
    while (!this.take(close)) {
      if (!item()) return false;
      if (!this.take(",")) return this.take(close);
    }
    return true;
  }

  take(sign: string): boolean {
    this.#match(/\s*/y);
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #value(depth: number): { readonly is: unknown } | undefined {
    if (depth > MOST_NESTED) return undefined;
    const items: unknown[] = [];
    const add = (): boolean => {
      const value = this.#value(depth + 1);
      if (value) items.push(value.is);
      return value !== undefined;
    };
    if (this.take("[")) return this.list("]", add) ? { is: items } : undefined;
    if (this.take("(")) return this.list(")", add) ? { is: items } : undefined;
    if (this.take("{")) {
      const whole = this.list(
        "}",
        () => add() && typeof items.at(-1) === "string" && this.take(":") && add(),
      );
      const entries = items.flatMap((key, i) => (i % 2 === 0 ? [[key as string, items[i + 1]]] : []));
      return whole ? { is: Object.fromEntries(entries) } : undefined;
    }
    return this.#plain();
  }

  #plain(): { readonly is: unknown } | undefined {
    const quoted = this.#match(/\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/sy)?.trim();
    if (quoted !== undefined) return { is: unescaped(quoted.slice(1, -1)) };
    const number = this.#match(/\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (number !== undefined) return { is: Number(number) };
    const word = this.#match(/\s*[A-Za-z]+/y)?.trim();
    return word !== undefined && Object.hasOwn(WORDS, word) ? { is: WORDS[word] } : undefined;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

/** Escapes that Python does not know stay as they are. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/gs, (whole, unit, byte, sign) => {
    const code: string | undefined = unit ?? byte;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return ESCAPES[sign] ?? (/["'\\]/.test(sign) ? sign : whole);
  });
}
