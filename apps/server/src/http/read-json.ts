import { ApiError } from "../errors/api-error.ts";

/** Deeper than any schema of a tool; a template that walks the value must not run out of stack. */
const MAX_DEPTH = 64;

/** JSON that a client sent, a whole body unless told. Throws 400 for what is none, and for what is nested too deep. */
export function readJson(text: string, what = "The body"): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, `${what} is no JSON: ${(error as Error).message}.`, { code: "invalid_json" });
  }
  if (depthAbove(value, MAX_DEPTH)) {
    throw new ApiError(400, `${what} is nested more than ${MAX_DEPTH} deep.`, { code: "invalid_json" });
  }
  return value;
}

/** Level by level, so that no depth overflows the stack. */
function depthAbove(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}
