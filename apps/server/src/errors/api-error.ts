/** A failure as the APIs tell it: an HTTP status, and OpenAI's members. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** The parameter at fault. */
  readonly param: string | null;
  /** A word a program can switch on. */
  readonly code: string | null;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    message: string,
    details: { param?: string; code?: string; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = status;
    this.param = details.param ?? null;
    this.code = details.code ?? null;
    this.retryAfter = details.retryAfter;
  }

  /** OpenAI's word for the kind of error. */
  get type(): string {
    if (this.status === 401) return "authentication_error";
    if (this.status === 403) return "permission_error";
    if (this.status === 404) return "not_found_error";
    if (this.status === 429) return "rate_limit_error";
    return this.status < 500 ? "invalid_request_error" : "server_error";
  }
}

/** For what the API has but this server, or this model, cannot do. */
export function unsupported(param: string, why: string): ApiError {
  return new ApiError(400, why, { param, code: "unsupported_parameter" });
}
