import { setImmediate } from "node:timers/promises";

/** Entries of a vocabulary read between two looks at the event loop: a few milliseconds. */
export const TURN = 1 << 14;

/** Lets others run, so that a server answers while it loads a model. */
export function turn(): Promise<void> {
  return setImmediate();
}
