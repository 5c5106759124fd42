import { CommanderError } from "commander";
import { EXIT, stoppedExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { Stopped } from "./stopper.ts";
import { paint } from "./terminal/paint.ts";
import { UsageError } from "./usage-error.ts";

/** Says on stderr, in one sentence, what went wrong in a command, and gives the exit code. */
export function reportError(
  error: unknown,
  io: Io,
  { command, verbose }: { command: string; verbose: boolean },
): number {
  const { red, dim } = paint(io.stderr, io.env);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Stopped) return stoppedExitCode(error.reason);
  io.stderr.write(`${red("error:")} ${sentence(error)}\n`);
  if (error instanceof UsageError) {
    io.stderr.write(`${dim(`See ${command} --help.`)}\n`);
    return EXIT.usage;
  }
  if (verbose) io.stderr.write(`${dim(stack(error))}\n`);
  return EXIT.failed;
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // What is thrown far below may have several lines; the rest is in the stack.
  return (
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
      .join(" ") || "unknown failure; --verbose shows where."
  );
}

function stack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by: ${stack(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
