/** A run of bytes in an array. */
export interface Bytes {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
}

/** Gives the next bytes of a file: how many were written, 0 at the end. */
export type ReadBytes = (into: Uint8Array) => number;

/** The text is no JSON; whoever parses it whole says where and why. */
export class NotJson extends Error {}

const [SPACE, NEWLINE, RETURN, TAB] = [0x20, 0x0a, 0x0d, 0x09];
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const CHUNK = 1 << 18;

/** Reads JSON piece by piece, holding only the piece at hand. Every call throws NotJson where it does not fit. */
export class JsonCursor {
  readonly #read: ReadBytes;
  #bytes = new Uint8Array(CHUNK);
  #at = 0;
  #end = 0;
  #unescaped = new Uint8Array(256);
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** The next byte that is no white space, which stays; -1 at the end. */
  peek(): number {
    for (;;) {
      if (this.#at === this.#end && !this.#fill(this.#at)) return -1;
      const byte = this.#bytes[this.#at]!;
      if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) return byte;
      this.#at++;
    }
  }

  /** Takes a character of punctuation if it is next. */
  take(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) throw new NotJson();
  }

  /** The UTF-8 of a string, without escapes; good until the next call. */
  string(): Bytes {
    this.expect('"');
    for (let at = this.#at; ; at++) {
      if (at === this.#end) at = this.#more(at);
      const byte = this.#bytes[at]!;
      if (byte === QUOTE) {
        const found = { bytes: this.#bytes, begin: this.#at, end: at };
        this.#at = at + 1;
        return found;
      }
      if (byte === BACKSLASH) return this.#escaped(at);
      if (byte < SPACE) throw new NotJson();
    }
  }

  /** The name of a member, with the colon behind it. */
  key(): string {
    const name = this.text();
    this.expect(":");
    return name;
  }

  text(): string {
    const { bytes, begin, end } = this.string();
    return this.#decoded(bytes.subarray(begin, end));
  }

  /** A whole number of at most nine digits, without a sign. */
  integer(): number {
    this.peek();
    let value = 0;
    let digits = 0;
    for (; ; digits++) {
      if (this.#at === this.#end && !this.#fill(this.#at)) break;
      const digit = this.#bytes[this.#at]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      this.#at++;
    }
    if (digits === 0 || digits > 9) throw new NotJson();
    return value;
  }

  /** Any value, parsed whole. */
  value(): unknown {
    const first = this.peek();
    if (first === 0x7b || first === 0x5b || first === QUOTE) return this.#composite();
    return parse(this.#scalar());
  }

  #composite(): unknown {
    let depth = 0;
    let isText = false;
    for (let at = this.#at; ; at++) {
      if (at === this.#end) at = this.#more(at);
      const byte = this.#bytes[at]!;
      if (isText) {
        if (byte === BACKSLASH) {
          if (at + 1 === this.#end) at = this.#more(at + 1) - 1;
          at++;
        } else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || byte === 0x5d) depth--;
      if (depth > 0 || isText) continue;
      const text = this.#decoded(this.#bytes.subarray(this.#at, at + 1));
      this.#at = at + 1;
      return parse(text);
    }
  }

  #scalar(): string {
    this.peek();
    let at = this.#at;
    for (; ; at++) {
      if (at === this.#end) {
        const kept = at - this.#at;
        if (!this.#fill(this.#at)) break;
        at = this.#at + kept;
      }
      const byte = this.#bytes[at]!;
      if (byte <= SPACE || byte === 0x2c || byte === 0x5d || byte === 0x7d) break;
    }
    const text = this.#decoded(this.#bytes.subarray(this.#at, at));
    this.#at = at;
    if (text === "") throw new NotJson();
    return text;
  }

  /** The rest of a string whose first backslash is at a place. */
  #escaped(backslash: number): Bytes {
    let at = backslash;
    while (this.#bytes[at] !== QUOTE) {
      if (this.#bytes[at] === BACKSLASH) {
        if (++at === this.#end) at = this.#more(at);
      }
      if (++at === this.#end) at = this.#more(at);
    }
    const text = parse(`"${this.#decoded(this.#bytes.subarray(this.#at, at))}"`) as string;
    this.#at = at + 1;
    if (/\p{Cs}/u.test(text)) throw new NotJson();
    if (this.#unescaped.length < text.length * 3) this.#unescaped = new Uint8Array(text.length * 3);
    const { written } = this.#encoder.encodeInto(text, this.#unescaped);
    return { bytes: this.#unescaped, begin: 0, end: written };
  }

  #decoded(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new NotJson();
    }
  }

  /** Reads on behind a place that is the end of what is there; where that place lies now. */
  #more(at: number): number {
    const kept = at - this.#at;
    if (!this.#fill(this.#at)) throw new NotJson();
    return this.#at + kept;
  }

  /** Drops what lies before a place and reads behind the rest; false at the end of the file. */
  #fill(from: number): boolean {
    this.#bytes.copyWithin(0, from, this.#end);
    this.#end -= from;
    this.#at -= from;
    if (this.#end === this.#bytes.length) {
      const wider = new Uint8Array(this.#bytes.length * 2);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    const count = this.#read(this.#bytes.subarray(this.#end));
    this.#end += count;
    return count > 0;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotJson();
  }
}
