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
  const refused: string[] = [];
  for (const backend of backends) {
    checkBackend(backend, "load");
    const reason = backend.unavailable();
    if (reason === undefined) {
      try {
        const device = await backend.open(threads === undefined ? {} : { threads });
        const notes = refused.map((text) => `${text} Running on "${backend.name}" instead.`);
        return { backend, device, notes };
      } catch (error) {
        if (!EngineError.isInstance(error) || error.code !== "backend-failed") throw error;
        refused.push(`Backend "${backend.name}": ${error.message}`);
      }
    } else refused.push(`Backend "${backend.name}": ${reason}`);
  }
  const why = refused.join(" ") || "No backend was given; pass one as the option `backend`.";
  throw new EngineError("unknown-backend", why);
}

function isList(choice: Backend | readonly Backend[]): choice is readonly Backend[] {
  return Array.isArray(choice);
}
