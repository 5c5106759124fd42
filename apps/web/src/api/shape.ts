import { ApiError } from "./api-error.ts";

/** Readers of JSON whose shape another program decides: a wrong one is an ApiError that names the field. */
export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown, what: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new ApiError("unreadable", `${what} is not an object`);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ApiError("unreadable", `${what} is not a list`);
}

export function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new ApiError("unreadable", `${what} is not a text`);
}

/** A finite number, or `fallback` where there is none. */
export function count(value: unknown, fallback = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function optionalCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Parses JSON that came in an event. */
export function parsed(data: string, what: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new ApiError("unreadable", `${what} is not JSON: ${data.slice(0, 80)}`);
  }
}
