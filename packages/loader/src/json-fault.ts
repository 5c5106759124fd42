/** The first fault of a JSON text and where it lies. */
export interface JsonFault {
  readonly offset: number;
  /** What is wrong, as half a sentence. */
  readonly what: string;
}

export interface JsonRules {
  /** Whether one object may hold a key twice; JSON.parse silently keeps the last. */
  readonly duplicateKeys: "refuse" | "keep-last";
}

/** No header or config nests deeper; the limit bounds the memory a hostile text can ask for. */
const MAX_DEPTH = 64;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Walks a JSON text without recursion and reports where it stops being JSON. JSON.parse cannot do this: it
 * keeps duplicate keys to itself and gives no position for many faults.
 */
export function findJsonFault(text: string, rules: JsonRules): JsonFault | undefined {
  /** The keys of each open object, null for an array. */
  const open: (Set<string> | null)[] = [];
  let at = 0;
  const space = () => {
    for (let c = text.charCodeAt(at); c === 32 || c === 10 || c === 13 || c === 9; c = text.charCodeAt(at))
      at++;
  };
  const fault = (expected: string): JsonFault =>
    at >= text.length
      ? { offset: text.length, what: `the text ends where ${expected} is expected` }
      : {
          offset: at,
          what: `${expected} is expected, but ${JSON.stringify(codePoint(text, at))} stands there`,
        };

  for (;;) {
    space();
    const keys = open.at(-1);
    if (keys) {
      const keyAt = at;
      const end = stringEnd(text, at);
      if (typeof end !== "number")
        return end ?? fault(keys.size === 0 ? 'a key or "}"' : "a key in double quotes");
      const key = keyOf(text.slice(at, end));
      if (keys.has(key) && rules.duplicateKeys === "refuse") {
        return { offset: keyAt, what: `the key ${JSON.stringify(shorten(key))} is given twice` };
      }
      keys.add(key);
      at = end;
      space();
      if (text[at] !== ":") return fault('":"');
      at++;
      space();
    }

    const c = text[at];
    if (c === "{" || c === "[") {
      if (open.length === MAX_DEPTH) return { offset: at, what: `nested deeper than ${MAX_DEPTH} levels` };
      open.push(c === "{" ? new Set() : null);
      at++;
      space();
      if (text[at] !== (c === "{" ? "}" : "]")) continue;
    } else if (c === '"') {
      const end = stringEnd(text, at);
      if (typeof end !== "number") return end ?? fault("a string");
      at = end;
    } else {
      LITERAL.lastIndex = at;
      if (!LITERAL.test(text)) return fault("a value");
      at = LITERAL.lastIndex;
    }

    // A value has ended, or the innermost container is closed next: close all that close here.
    for (;;) {
      space();
      if (open.length === 0) return at === text.length ? undefined : fault("the end of the text");
      const close = open.at(-1) ? "}" : "]";
      if (text[at] === ",") {
        at++;
        break;
      }
      if (text[at] !== close) return fault(`"," or "${close}"`);
      open.pop();
      at++;
    }
  }
}

/** Where the string that begins at `from` ends; undefined when none begins there. */
function stringEnd(text: string, from: number): number | JsonFault | undefined {
  if (text[from] !== '"') return undefined;
  for (let i = from + 1; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === 34) return i + 1;
    if (c < 32) return { offset: i, what: "a control character stands unescaped in a string" };
    if (c !== 92) {
      i++;
      continue;
    }
    ESCAPE.lastIndex = i;
    if (!ESCAPE.test(text)) return { offset: i, what: "an unknown escape stands in a string" };
    i = ESCAPE.lastIndex;
  }
  return { offset: text.length, what: "the text ends inside a string" };
}

function keyOf(quoted: string): string {
  return quoted.includes("\\") ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function codePoint(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) as number);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
