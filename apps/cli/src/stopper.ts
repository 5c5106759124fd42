import { EngineError } from "@engine/core";
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

/** Work ended because the user wanted it to; not a failure to be told. */
export class Stopped extends Error {
  override readonly name = "Stopped";

  constructor(
    readonly reason: StopReason,
    options: { readonly cause: unknown },
  ) {
    super(`stopped (${reason})`, options);
  }
}

/** Throws `Stopped` where `work` fails because the stopper told it to end. */
export async function unlessStopped<T>(stop: Stopper, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (stop.reason === undefined || !EngineError.isInstance(error) || error.code !== "aborted") throw error;
    throw new Stopped(stop.reason, { cause: error });
  }
}
