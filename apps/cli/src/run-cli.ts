import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { fullName, program } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Runs the command line `args` (without the program's name) and gives the exit code; never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const engine = program(io, (code) => {
    exitCode = code;
  });
  let command = engine.name();
  engine.hook("preAction", (_, called) => {
    command = fullName(called);
  });
  try {
    await engine.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error, io, { command, verbose: args.includes("--verbose") });
  }
}
