import { EngineError } from "@engine/core";
import { CONVERT_AGAIN, COPY_AGAIN } from "../next-step.ts";
import { show } from "../show.ts";

/** Thrown where the bytes read so far end before the header does; the file has more of them. */
export class NeedsMoreBytes extends Error {}

/** Walks the bytes at the begin of a file. Nothing is taken before it is known that the file is long enough. */
export class HeaderCursor {
  readonly path: string;
  readonly #bytes: Buffer;
  readonly #fileBytes: number;
  position = 0;

  constructor(bytes: Buffer, file: { readonly path: string; readonly bytes: number }) {
    this.#bytes = bytes;
    this.#fileBytes = file.bytes;
    this.path = file.path;
  }

  u8(what: string): number {
    return this.#bytes.readUInt8(this.take(1, what));
  }

  u32(what: string): number {
    return this.#bytes.readUInt32LE(this.take(4, what));
  }

  /** A 64-bit count or offset. */
  u64(what: string): number {
    const value = this.#bytes.readBigUInt64LE(this.take(8, what));
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw this.bad(`${what} is ${value}, more than any file can hold.`);
  }

  /** The length of something whose items take at least `least` bytes each, and so must fit in what follows. */
  count(what: string, least: number): number {
    const value = this.u64(what);
    const rest = this.#fileBytes - this.position;
    if (value <= rest / least) return value;
    throw this.bad(
      `${what} is ${value}, but only ${rest} bytes follow: the file was cut short or is damaged.`,
      COPY_AGAIN,
    );
  }

  /** Where a string's bytes begin and end; the cursor moves past them. */
  string(what: string, most = Number.MAX_SAFE_INTEGER): { readonly begin: number; readonly end: number } {
    const length = this.count(`the length of ${what}`, 1);
    if (length > most) throw this.bad(`${what} is ${length} bytes long, over the limit of ${most}.`);
    const begin = this.take(length, what);
    return { begin, end: begin + length };
  }

  /** Moves past many strings: vocabularies have hundreds of thousands. */
  skipStrings(count: number, what: string): void {
    const bytes = this.#bytes;
    const most = Math.min(bytes.length, this.#fileBytes);
    for (let i = 0; i < count; i++) {
      const begin = this.position + 8;
      // What is too long, or goes on behind what was read, is met with all care.
      const end = begin <= most ? begin + bytes.readUInt32LE(begin - 8) : begin;
      if (end > most || begin > most || bytes.readUInt32LE(begin - 4) !== 0) this.string(what);
      else this.position = end;
    }
  }

  /** A key or a tensor's name. */
  name(what: string): string {
    const { begin, end } = this.string(what, 65_535);
    const text = this.#bytes.toString("utf8", begin, end);
    if (text === "" || text.includes("\ufffd")) throw this.bad(`${what} is not a name: ${show(text)}.`);
    return text;
  }

  /** Moves past `length` bytes and gives their begin. */
  take(length: number, what: string): number {
    const begin = this.position;
    const end = begin + length;
    if (end > this.#fileBytes) {
      throw this.bad(`ends at byte ${this.#fileBytes}, inside ${what}: the file was cut short.`, COPY_AGAIN);
    }
    if (end > this.#bytes.length) throw new NeedsMoreBytes();
    this.position = end;
    return begin;
  }

  bad(text: string, next: string = CONVERT_AGAIN): EngineError {
    return new EngineError("bad-checkpoint", `${this.path}: ${text} ${next}`);
  }
}
