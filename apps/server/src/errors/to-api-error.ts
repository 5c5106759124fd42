import { EngineError } from "@engine/core";
import { ApiError } from "./api-error.ts";

/** Errors of the engine that the request is to blame for. */
const REQUEST_FAULTS: Readonly<Record<string, string>> = {
  "bad-option": "invalid_value",
  "context-overflow": "context_length_exceeded",
  unsupported: "unsupported",
};

/** Errors of the engine that come from the model's files or the machine: status and code. */
const MODEL_FAULTS: Readonly<Record<string, readonly [number, string]>> = {
  "out-of-memory": [503, "out_of_memory"],
  disposed: [503, "model_unloaded"],
  aborted: [503, "aborted"],
  "access-denied": [403, "access_denied"],
  "network-failed": [502, "network_failed"],
};

/** Whatever was thrown as an API's error. What nobody foresaw is a 500 whose text tells nothing of the inside. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!EngineError.isInstance(error)) {
    return new ApiError(500, "The server failed in a way it does not know; its log has the details.", {
      code: "internal_error",
      cause: error,
    });
  }
  const { code, message } = error;
  const fault = REQUEST_FAULTS[code];
  if (fault) return new ApiError(400, message, { code: fault, cause: error });
  const [status, word] = MODEL_FAULTS[code] ?? [500, code.replaceAll("-", "_")];
  const again = status === 503 ? { retryAfter: 5 } : {};
  return new ApiError(status, message, { code: word, cause: error, ...again });
}
