import type { Readable } from "node:stream";

/** Why work ends early: Ctrl-C, a request to end, or nobody reads the output any more. */
export type StopReason = "interrupt" | "terminate" | "closed";

export interface OutputStream {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type InputStream = Readable & { readonly isTTY?: boolean };

/** All that a command knows of the process around it; tests hand in their own. */
export interface Io {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** While anyone listens, Ctrl-C does not end the process. Returns what ends the listening. */
  onStop(listener: (reason: StopReason) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export function processIo(): Io {
  const closed = new Set<() => void>();
  let isClosed = false;
  const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    isClosed = true;
    for (const tell of closed) tell();
  };
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onStop(listener) {
      const onInterrupt = () => listener("interrupt");
      const onTerminate = () => listener("terminate");
      const onClosed = () => listener("closed");
      process.on("SIGINT", onInterrupt);
      process.on("SIGTERM", onTerminate);
      closed.add(onClosed);
      if (isClosed) onClosed();
      return () => {
        process.off("SIGINT", onInterrupt);
        process.off("SIGTERM", onTerminate);
        closed.delete(onClosed);
      };
    },
    exit: (code) => process.exit(code),
  };
}
