import type { Backend } from "@engine/core";
import { ReferenceDevice } from "./device.ts";

/** Plain TypeScript: the oracle of the other backends, and the one that always runs. */
export const reference: Backend = {
  api: 1,
  name: "reference",
  unavailable: () => undefined,
  open: async () => new ReferenceDevice(),
};
