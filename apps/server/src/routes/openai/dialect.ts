import type { ApiError } from "../../errors/api-error.ts";
import type { Dialect } from "../../http/route.ts";

export const openai: Dialect = {
  name: "OpenAI",
  errorBody: (error) => ({ error: openaiError(error) }),
};

export function openaiError({ message, type, param, code }: ApiError) {
  return { message, type, param, code };
}
