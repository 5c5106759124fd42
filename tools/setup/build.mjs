import { join } from "node:path";
import { command, root, SetupError, step } from "./command.mjs";

const TURBO = join(root, "node_modules/turbo/bin/turbo");

/**
 * Builds every package; what did not change comes from turbo's cache. The output is shown when a build fails.
 * Lines of a package's script that begin with "notice: " are always shown: so a native part that could not be
 * built says it at every start, and says what to do.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function build(env) {
  const { status, output } = await step("Building, the first time some minutes", () => {
    const shown = ["--output-logs=full", "--log-order=grouped", "--ui=stream", "--no-color"];
    const args = [TURBO, "run", "build", "--continue=dependencies-successful", ...shown];
    return command(process.execPath, args, { env });
  });
  const lines = output.split("\n");
  for (const line of lines) {
    const notice = /^\S+: (notice: .*)$/.exec(line)?.[1];
    if (notice) process.stderr.write(`${notice}\n`);
  }
  if (status === 0) return;
  const failed = Array.from(
    (/^Failed:\s+(.+)$/m.exec(output)?.[1] ?? "").matchAll(/([^\s,]+)#/g),
    (match) => match[1],
  );
  const told = lines.filter((line) => failed.some((name) => line.startsWith(`${name}:build: `)));
  const text = (told.length > 0 ? told : lines).join("\n").trim();
  throw new SetupError(
    `${text}\n\nThe build of ${failed.join(", ") || "the workspace"} failed; the reason is above.`,
  );
}
