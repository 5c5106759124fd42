import { type Backend, type Device, EngineError } from "@engine/core";
import { checkBackend } from "./check-plugin.ts";

export interface Chosen<T> {
  readonly backend: Backend;
  readonly device: Device;
  /** What `use` gave. */
  readonly value: T;
  /** Why earlier ones of the list were passed over. */
  readonly notes: readonly string[];
}

/** Errors that say "not on this backend", so the next one may do. */
const NOT_HERE = ["backend-failed", "unsupported"];

/**
 * Opens the first backend that can run here and take what `use` does with its device. The device stays open; those of
 * backends passed over are closed. Throws `unknown-backend` when none can run, the error of `use` when none takes it.
 */
export async function chooseBackend<T>(
  choice: Backend | readonly Backend[],
  options: { readonly threads?: number | undefined },
  use: (device: Device) => Promise<T>,
): Promise<Chosen<T>> {
  const backends: readonly Backend[] = isList(choice) ? choice : [choice];
  const { threads } = options;
  const refused: { readonly name: string; readonly why: string; readonly error?: EngineError }[] = [];
  for (const backend of backends) {
    checkBackend(backend, "load");
    const { name } = backend;
    const unavailable = backend.unavailable();
    if (unavailable !== undefined) {
      refused.push({ name, why: unavailable });
      continue;
    }
    let device: Device | undefined;
    try {
      device = await backend.open(threads === undefined ? {} : { threads });
      const value = await use(device);
      const notes = refused.map((other) => `Running on "${name}", not on "${other.name}": ${other.why}`);
      return { backend, device, value, notes };
    } catch (error) {
      await device?.close();
      if (!EngineError.isInstance(error) || !NOT_HERE.includes(error.code)) throw error;
      refused.push({ name, why: error.message, ...(device && { error }) });
    }
  }
  const used = refused.find(({ error }) => error)?.error;
  if (used) throw used;
  const reasons = refused.map(({ name, why }) => `Backend "${name}" cannot run here: ${why}`);
  const none = "No backend was given; pass one as the option `backend`.";
  throw new EngineError("unknown-backend", reasons.join(" ") || none);
}

function isList(choice: Backend | readonly Backend[]): choice is readonly Backend[] {
  return Array.isArray(choice);
}
