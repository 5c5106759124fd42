import { InvalidArgumentError } from "commander";

/** A parser of whole numbers in a range, for an option's value. */
export function wholeNumber(range: {
  readonly min: number;
  readonly max?: number;
}): (text: string) => number {
  const max = range.max ?? Number.MAX_SAFE_INTEGER;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= range.min && value <= max) return value;
    const upTo = range.max === undefined ? "" : ` to ${range.max}`;
    throw new InvalidArgumentError(`It must be a whole number from ${range.min}${upTo}.`);
  };
}

/** A parser of decimal numbers for which `accept` holds; `range` says in words which these are. */
export function decimal(range: string, accept: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && accept(value)) return value;
    throw new InvalidArgumentError(`It must be a number ${range}.`);
  };
}

/** "1,2,3": token ids, at least one. */
export function tokenIds(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => /^\d{1,9}$/.test(part))) return parts.map(Number);
  throw new InvalidArgumentError("It must be token ids with commas between them, such as 1,2,3.");
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** "4GiB", "800MB" or bytes; a single letter counts in powers of two. */
export function byteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? "none"];
  const bytes = unit === undefined ? 0 : Math.floor(Number(match?.[1]) * unit);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("It must be a size such as 4GiB, 800MB or a number of bytes.");
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A choice of words. */
export function choice<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words[0];
    throw new InvalidArgumentError(`It must be ${list}.`);
  };
}
