import { EngineError } from "@engine/core";
import { CONVERT_AGAIN, COPY_AGAIN } from "../next-step.ts";
import { show } from "../show.ts";

/** The file a header is read from. Both fill `into` from a place of the file, which held as much when it was opened. */
export interface HeaderFile {
  readonly path: string;
  readonly bytes: number;
  read(into: Buffer, position: number): Promise<void>;
  /** At once: of bytes that were read a moment ago. */
  readNow(into: Buffer, position: number): void;
}

const WINDOW = 2 ** 20;
const MAX_HEADER = 512 * 2 ** 20;
/** More than any key or tensor takes: names have at most 65,535 bytes. */
const AHEAD = 2 ** 17;

/**
 * Walks the begin of a file, of which only a window is in memory: a vocabulary takes megabytes. Nothing is taken before
 * it is known that the file is long enough.
 */
export class HeaderCursor {
  readonly path: string;
  readonly #file: HeaderFile;
  readonly #window: Buffer;
  /** What the window holds of the file. */
  #begin = 0;
  #end = 0;
  position = 0;

  constructor(file: HeaderFile) {
    this.#file = file;
    this.#window = Buffer.allocUnsafe(Math.min(WINDOW, file.bytes));
    this.path = file.path;
  }

  /** Brings what follows into the window. Called before each entry, for values are moved past unread. */
  async ahead(): Promise<void> {
    const rest = this.#file.bytes - this.position;
    if (this.position >= this.#begin && this.position + Math.min(AHEAD, rest) <= this.#end) return;
    if (this.position > MAX_HEADER)
      throw this.bad(`the header is longer than ${MAX_HEADER} bytes: not a model.`);
    const window = this.#window.subarray(0, rest);
    await this.#file.read(window, this.position);
    this.#begin = this.position;
    this.#end = this.position + window.length;
  }

  u32(what: string): number {
    return this.#window.readUInt32LE(this.take(4, what) - this.#begin);
  }

  /** A 64-bit count or offset. */
  u64(what: string): number {
    const value = this.#window.readBigUInt64LE(this.take(8, what) - this.#begin);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw this.bad(`${what} is ${value}, more than any file can hold.`);
  }

  /** The length of something whose items take at least `least` bytes each, and so must fit in what follows. */
  count(what: string, least: number): number {
    const value = this.u64(what);
    const rest = this.#file.bytes - this.position;
    if (value <= rest / least) return value;
    throw this.bad(
      `${what} is ${value}, but only ${rest} bytes follow: the file was cut short or is damaged.`,
      COPY_AGAIN,
    );
  }

  /** Moves past a string and gives the place of its bytes in the file. */
  string(what: string, most = Number.MAX_SAFE_INTEGER): { readonly begin: number; readonly end: number } {
    const length = this.count(`the length of ${what}`, 1);
    if (length > most) throw this.bad(`${what} is ${length} bytes long, over the limit of ${most}.`);
    const begin = this.take(length, what);
    return { begin, end: begin + length };
  }

  /** Moves past many strings: vocabularies have hundreds of thousands. */
  async skipStrings(count: number, what: string): Promise<void> {
    for (let left = count; left > 0; ) {
      await this.ahead();
      left -= this.#skipWhole(left, what);
    }
  }

  /** Moves past at most `count` strings, as far as the window holds their lengths; past how many. */
  #skipWhole(count: number, what: string): number {
    const held = this.#end - this.#begin;
    const most = this.#file.bytes - this.#begin;
    let at = this.position - this.#begin;
    let done = 0;
    for (; done < count && at + 8 <= held; done++) {
      const end = at + 8 + this.#window.readUInt32LE(at);
      // What is too long is met with all care.
      if (end > most || this.#window.readUInt32LE(at + 4) !== 0) break;
      at = end;
    }
    this.position = this.#begin + at;
    if (done > 0) return done;
    this.string(what);
    return 1;
  }

  /** A key or a tensor's name. */
  name(what: string): string {
    const { begin, end } = this.string(what, 65_535);
    const text = this.#window.toString("utf8", begin - this.#begin, end - this.#begin);
    if (text === "" || text.includes("\ufffd")) throw this.bad(`${what} is not a name: ${show(text)}.`);
    return text;
  }

  /** Moves past `length` bytes and gives their begin. */
  take(length: number, what: string): number {
    const begin = this.position;
    if (begin + length > this.#file.bytes) {
      throw this.bad(`ends at byte ${this.#file.bytes}, inside ${what}: the file was cut short.`, COPY_AGAIN);
    }
    this.position = begin + length;
    return begin;
  }

  bad(text: string, next: string = CONVERT_AGAIN): EngineError {
    return new EngineError("bad-checkpoint", `${this.path}: ${text} ${next}`);
  }
}
