import type { StopReason } from "./io.ts";

/** Part of the contract with scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** As a shell counts a process that a signal ended. A closed pipe is no failure: its reader had enough. */
export function stoppedExitCode(reason: StopReason): number {
  return { interrupt: 130, terminate: 143, closed: EXIT.done }[reason];
}
