const BRAND = Symbol.for("@engine/core/EngineError");

/** What went wrong, as a word a program can switch on. Packages outside the engine may add their own. */
export type ErrorCode =
  | "aborted"
  | "access-denied"
  | "backend-failed"
  | "bad-checkpoint"
  | "bad-config"
  | "bad-option"
  | "bad-shape"
  | "bad-tokenizer"
  | "context-overflow"
  | "disposed"
  | "duplicate-plugin"
  | "io-failed"
  | "missing-file"
  | "missing-weight"
  | "network-failed"
  | "out-of-memory"
  | "unknown-architecture"
  | "unknown-backend"
  | "unsupported"
  | (string & {});

/** The one error of the engine. Its text says what was met, where, and the next step. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** True for an EngineError of any installed copy of this package, where `instanceof` would fail. */
  static isInstance(value: unknown): value is EngineError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
