import { backends } from "./backends.ts";

/** How the fastest backend that works here quantizes, for `quantizeModel`; undefined where none does it better than the loader. */
export function rounding(): URL | undefined {
  return backends().find((backend) => backend.rounding && backend.unavailable() === undefined)?.rounding;
}
