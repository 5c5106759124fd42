import type { ApiError } from "../../errors/api-error.ts";
import type { Dialect } from "../../http/route.ts";

export const anthropic: Dialect = {
  name: "Anthropic",
  errorBody: (error, requestId) => ({ ...anthropicError(error), request_id: requestId }),
};

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
};

export function anthropicError({ status, message }: ApiError) {
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message } };
}
