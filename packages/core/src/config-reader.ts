import { EngineError } from "./error.ts";

/** Reads a JSON config a key at a time; an error names the file, the key and what stands there. Null is absent. */
export interface ConfigReader {
  /** For messages: the file, and the section in it. */
  readonly where: string;
  has(key: string): boolean;
  /** Whether the key stands there at all, be it null. */
  mentions(key: string): boolean;
  /** A whole number ≥ 0. */
  int(key: string, fallback?: number): number;
  float(key: string, fallback?: number): number;
  bool(key: string, fallback?: boolean): boolean;
  string(key: string, fallback?: string): string;
  /** An array of numbers; undefined when absent. */
  floats(key: string): readonly number[] | undefined;
  /** An array of strings; undefined when absent. */
  strings(key: string): readonly string[] | undefined;
  /** The object under the key; undefined when absent. */
  section(key: string): ConfigReader | undefined;
}

type Json = Readonly<Record<string, unknown>>;

export function configReader(json: unknown, where = "config.json"): ConfigReader {
  if (!isObject(json))
    throw new EngineError("bad-config", `${where}: must hold an object, but holds ${show(json)}.`);
  const read = <T>(key: string, kind: string, accept: (value: unknown) => value is T, fallback?: T): T => {
    const value = json[key] ?? undefined;
    if (value === undefined) {
      if (fallback !== undefined) return fallback;
      throw new EngineError("bad-config", `${where}: "${key}" is missing; it must be ${kind}.`);
    }
    if (accept(value)) return value;
    throw new EngineError("bad-config", `${where}: "${key}" must be ${kind}, but is ${show(value)}.`);
  };
  const optional = <T>(key: string, kind: string, accept: (value: unknown) => value is T): T | undefined =>
    (json[key] ?? undefined) === undefined ? undefined : read(key, kind, accept);
  return {
    where,
    has: (key) => (json[key] ?? undefined) !== undefined,
    mentions: (key) => key in json,
    int: (key, fallback) => read(key, "a whole number", isWhole, fallback),
    float: (key, fallback) => read(key, "a number", isNumber, fallback),
    bool: (key, fallback) =>
      read(key, "true or false", (v): v is boolean => typeof v === "boolean", fallback),
    string: (key, fallback) => read(key, "a string", (v): v is string => typeof v === "string", fallback),
    floats: (key) =>
      optional(key, "a list of numbers", (v): v is number[] => Array.isArray(v) && v.every(isNumber)),
    strings: (key) =>
      optional(
        key,
        "a list of strings",
        (v): v is string[] => Array.isArray(v) && v.every((s) => typeof s === "string"),
      ),
    section: (key) => {
      const value = optional(key, "an object", isObject);
      return value && configReader(value, `${where}: ${key}`);
    },
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
