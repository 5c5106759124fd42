import { stoppedExitCode } from "./exit-code.ts";
import type { Io, StopReason } from "./io.ts";

/** Turns the first Ctrl-C into an abort; a second one ends the process. */
export interface Stopper extends Disposable {
  readonly signal: AbortSignal;
  readonly reason: StopReason | undefined;
}

export function stopper(io: Io): Stopper {
  const controller = new AbortController();
  let first: StopReason | undefined;
  const release = io.onStop((reason) => {
    if (first !== undefined && reason !== "closed") return io.exit(stoppedExitCode(reason));
    first ??= reason;
    controller.abort();
  });
  return {
    signal: controller.signal,
    get reason() {
      return first;
    },
    [Symbol.dispose]: release,
  };
}
