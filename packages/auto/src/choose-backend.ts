import { type Backend, type Device, EngineError } from "@engine/core";
import { checkBackend } from "./check-plugin.ts";

export interface OpenedBackend {
  readonly backend: Backend;
  readonly device: Device;
  /** Why earlier ones of the list were passed over. */
  readonly notes: readonly string[];
}

/**
 * Opens the first backend that can run here. One backend by itself is asked for by name, so its own sentence is the
 * error. Throws `unknown-backend` when none is left.
 */
export async function openBackend(
  choice: Backend | readonly Backend[],
  options: { readonly threads?: number | undefined } = {},
): Promise<OpenedBackend> {
  const backends: readonly Backend[] = isList(choice) ? choice : [choice];
  const { threads } = options;
  const refused: { readonly name: string; readonly why: string }[] = [];
  for (const backend of backends) {
    checkBackend(backend, "load");
    const { name } = backend;
    const unavailable = backend.unavailable();
    if (unavailable !== undefined) {
      refused.push({ name, why: unavailable });
      continue;
    }
    try {
      const device = await backend.open(threads === undefined ? {} : { threads });
      const notes = refused.map((other) => `Running on "${name}", not on "${other.name}": ${other.why}`);
      return { backend, device, notes };
    } catch (error) {
      if (!EngineError.isInstance(error) || error.code !== "backend-failed") throw error;
      refused.push({ name, why: error.message });
    }
  }
  const reasons = refused.map(({ name, why }) => `Backend "${name}" cannot run here: ${why}`);
  const none = "No backend was given; pass one as the option `backend`.";
  throw new EngineError("unknown-backend", reasons.join(" ") || none);
}

function isList(choice: Backend | readonly Backend[]): choice is readonly Backend[] {
  return Array.isArray(choice);
}
