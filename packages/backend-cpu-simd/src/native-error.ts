import { EngineError } from "@engine/core";

/** An error of the addon as an EngineError; any other as it is. */
export function engineError(error: unknown): unknown {
  if (!(error instanceof Error) || EngineError.isInstance(error)) return error;
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? new EngineError(code, error.message, { cause: error }) : error;
}

export function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw engineError(error);
  }
}

/** Calls at once; the promise's errors are translated too. */
export async function translatedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw engineError(error);
  }
}
