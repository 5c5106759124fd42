import type { Registry } from "@engine/auto";
import type { Backend } from "@engine/core";

/** What this command line can load and run on. */
export interface Extensions {
  readonly registry: Registry;
  /** Fastest first. */
  readonly backends: readonly Backend[];
}

export async function extensions(_: readonly string[] = []): Promise<Extensions> {
  const engine = await import("@engine/engine");
  return { registry: engine.registry(), backends: engine.backends() };
}
