import type { LoadOptions } from "@engine/auto";
import { UsageError } from "../usage-error.ts";
import type { ModelFlags } from "./model-flags.ts";

/** Where weights live, as the flags say. Flags that contradict each other are wrong usage. */
export function residencyOptions({
  residency,
  memoryBudget,
  io,
  reader,
}: Pick<ModelFlags, "residency" | "memoryBudget" | "io" | "reader">): Pick<
  LoadOptions,
  "residency" | "memoryBudget" | "io" | "reader"
> {
  if (residency === "stream" && memoryBudget === undefined)
    throw new UsageError("--residency stream needs --memory-budget SIZE: what may stay in memory.");
  if (memoryBudget === undefined) {
    for (const [flag, value] of Object.entries({ io, reader }))
      if (value)
        throw new UsageError(`--${flag} says how streamed weights are read; give --memory-budget SIZE too.`);
    return residency && residency !== "stream" ? { residency } : {};
  }
  if (residency === "resident" || residency === "mapped")
    throw new UsageError(
      `--memory-budget decides where weights live, so it excludes --residency ${residency}; give one of them.`,
    );
  return { memoryBudget, ...(io && { io }), ...(reader && { reader }) };
}
