import { Readable } from "node:stream";
import type { Io, StopReason } from "../src/io.ts";

export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  /** As a signal or a closed pipe would. */
  stop(reason: StopReason): void;
  /** Called with every piece written. */
  watch?: (stream: "stdout" | "stderr", text: string) => void;
  readonly exits: number[];
}

export interface FakeIoOptions {
  readonly input?: string;
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
}

/** A process around a command: what it prints is kept, what stops it is called. */
export function fakeIo({ input = "", tty = false, env = {} }: FakeIoOptions = {}): FakeIo {
  const written = { out: "", err: "" };
  const listeners = new Set<(reason: StopReason) => void>();
  const exits: number[] = [];
  const io: FakeIo = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: {
      isTTY: tty,
      columns: 80,
      write(text) {
        written.out += text;
        io.watch?.("stdout", text);
        return true;
      },
    },
    stderr: {
      isTTY: tty,
      columns: 80,
      write(text) {
        written.err += text;
        io.watch?.("stderr", text);
        return true;
      },
    },
    env,
    onStop(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
    out: () => written.out,
    err: () => written.err,
    stop: (reason) => {
      for (const listener of listeners) listener(reason);
    },
    exits,
  };
  return io;
}
