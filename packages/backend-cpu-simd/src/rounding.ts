import type { RoundGroups } from "@engine/core";
import { loadNative } from "./load-native.ts";
import type { IsaLevel } from "./native.ts";
import { translated } from "./native-error.ts";

/** "?level=" of the URL this module was loaded by; the best one without it. */
const asked = new URL(import.meta.url).searchParams.get("level") as IsaLevel | null;

/** Loaded by the threads of `quantizeModel`; runs in the calling thread. */
export const roundGroups: RoundGroups = (values, { bits, columns, group, importance }) => {
  const native = loadNative();
  const level = asked ?? native.levels.at(-1)!;
  const packed = new Uint8Array((values.length * bits) / 8);
  const scale = new Uint16Array(values.length / group);
  const scaleBytes = new Uint8Array(scale.buffer);
  translated(() => native.roundGroups(level, values, columns, group, bits, importance, packed, scaleBytes));
  return { packed, scale };
};
