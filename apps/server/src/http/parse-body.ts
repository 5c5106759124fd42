import type { z } from "zod";
import { ApiError } from "../errors/api-error.ts";

/** Checks a request against its schema. Throws 400 naming the first member at fault, as OpenAI does. */
export function parseBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = parsed(schema, value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]!);
  const param = issue.path
    .map(String)
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path ? `${path}.${key}` : key), "");
  const where = param === "" ? "The request" : `'${param}'`;
  throw new ApiError(400, `${where}: ${issue.message}.`, {
    code: "invalid_value",
    ...(param !== "" && { param }),
  });
}

/** zod compares the length of what is no text either, which throws where that length is an odd object. */
function parsed<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value, { reportInput: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ApiError(400, "The request: it has an object where a text or a list is expected.", {
      code: "invalid_value",
    });
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of a choice of forms, the fault of the form that came furthest: that is the one that was meant. */
function deepest(issue: z.core.$ZodIssue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).map(deepest);
  const best = inner.reduce<Issue | undefined>(
    (found, one) => (one.path.length > (found?.path.length ?? 0) ? one : found),
    undefined,
  );
  return best ? { path: [...issue.path, ...best.path], message: best.message } : issue;
}
