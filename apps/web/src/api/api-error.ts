/** What went wrong with a request, as far as the page needs to tell cases apart. */
export type ApiErrorKind =
  /** No answer at all, or an answer that broke off. */
  | "offline"
  | "unauthorized"
  | "busy"
  | "too-long"
  | "not-found"
  /** The server gave its reason in a sentence. */
  | "told"
  /** The server gave no reason. */
  | "untold"
  /** An answer of another shape than agreed. */
  | "unreadable";

/** A request that did not give what was asked. `message` is the server's sentence where it sent one. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly kind: ApiErrorKind;
  readonly status: number;

  constructor(kind: ApiErrorKind, message: string, { status = 0 }: { readonly status?: number } = {}) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** The error in a body like OpenAI's, `{ error: { message, type, param, code } }`, with the HTTP status. */
export function errorFromBody(body: unknown, status: number): ApiError {
  const error = field(body, "error");
  const told = typeof error === "string" ? error : field(error, "message");
  const message = typeof told === "string" ? told : "";
  return new ApiError(kindOf({ code: field(error, "code"), status, message }), message, { status });
}

/** Any thrown value as an ApiError; what `fetch` throws means that no answer came. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError("offline", error instanceof Error ? error.message : String(error));
}

/** True for what an AbortController throws. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function kindOf(found: { code: unknown; status: number; message: string }): ApiErrorKind {
  if (found.code === "context_length_exceeded") return "too-long";
  if (found.status === 401) return "unauthorized";
  if (found.status === 429 && found.message === "") return "busy";
  if (found.message !== "") return "told";
  return found.status === 404 ? "not-found" : "untold";
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
