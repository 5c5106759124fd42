import type { RoundGroups, RoundingModule } from "@engine/core";
import { roundGroups } from "./round-groups.ts";

/** A backend's rounding, or this package's own. */
export async function loadRounding(url: string | undefined): Promise<RoundGroups> {
  return url === undefined ? roundGroups : ((await import(url)) as RoundingModule).roundGroups;
}
