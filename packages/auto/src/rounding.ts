import type { Backend } from "@engine/core";

/** How the first of these backends that works here quantizes, for `quantizeModel`; undefined where none does it better than the loader. */
export function rounding(backends: Backend | readonly Backend[]): URL | undefined {
  const all: readonly Backend[] = [backends].flat();
  return all.find((backend) => backend.rounding && backend.unavailable() === undefined)?.rounding;
}
