import { ApiError } from "../errors/api-error.ts";
import type { ModelSlot } from "./model-slot.ts";

/**
 * Unloads models until a load fits the budget: idle ones before busy ones, then those that were to stay last, then the
 * longest unused first. Throws 400 where it would not fit alone, 503 where the others stay busy.
 */
export async function makeRoom(
  wanted: ModelSlot,
  {
    slots,
    budget,
    unload,
  }: {
    readonly slots: readonly ModelSlot[];
    readonly budget: number;
    readonly unload: (victim: ModelSlot) => Promise<boolean>;
  },
): Promise<void> {
  if (wanted.bytes > budget) {
    throw new ApiError(
      400,
      `The model '${wanted.source.id}' needs ${mib(wanted.bytes)}, but the memory budget of all models is ${mib(budget)}. Raise the budget, or shorten the context.`,
      { code: "model_too_large" },
    );
  }
  const others = slots.filter((slot) => slot !== wanted);
  const used = (): number => others.reduce((sum, slot) => sum + slot.bytes, 0);
  while (used() + wanted.bytes > budget) {
    const victim = others
      .filter((slot) => slot.state === "loaded" || slot.state === "unloading")
      .toSorted(
        (a, b) =>
          Number(a.leases > 0) - Number(b.leases > 0) ||
          Number(a.stays) - Number(b.stays) ||
          a.usedAt - b.usedAt,
      )[0];
    if (victim === undefined || !(await unload(victim))) {
      throw new ApiError(
        503,
        `The model '${wanted.source.id}' needs ${mib(wanted.bytes)} of a budget of ${mib(budget)}, and the models that hold the rest are busy. Try again later.`,
        { code: "out_of_memory", retryAfter: 10 },
      );
    }
  }
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
