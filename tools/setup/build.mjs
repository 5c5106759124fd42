import { join } from "node:path";
import { command, root, SetupError, step } from "./command.mjs";

const TURBO = join(root, "node_modules/turbo/bin/turbo");

/**
 * Runs one task of turbo.json in every package; what did not change comes from turbo's cache. The output is
 * shown when the task fails. Lines of a package's script that begin with "notice: " are always shown: so a
 * native part that could not be built says it at every start, and says what to do.
 *
 * @param {"build" | "typecheck"} task
 * @param {NodeJS.ProcessEnv} env
 */
export async function runTask(task, env) {
  const shown = ["--output-logs=full", "--log-order=grouped", "--ui=stream", "--no-color"];
  const args = [TURBO, "run", task, "--continue=dependencies-successful", ...shown];
  const { status, output } = await command(process.execPath, args, { env });
  const lines = output.split("\n");
  for (const line of lines) {
    const notice = /^\S+: (notice: .*)$/.exec(line)?.[1];
    if (notice) process.stderr.write(`\n${notice}\n`);
  }
  if (status === 0) return;
  const failed = (/^Failed:\s+(.+)$/m.exec(output)?.[1] ?? "")
    .split(/,\s*/)
    .map((name) => name.replace(/#.*/, ""));
  const told = lines.filter((line) =>
    failed.some((name) => name !== "" && line.startsWith(`${name}:${task}: `)),
  );
  const text = (told.length > 0 ? told : lines).join("\n").trim();
  throw new SetupError(`${text}\n\n${task} failed in ${failed.join(", ") || "turbo"}; the reason is above.`);
}

/** @param {NodeJS.ProcessEnv} env */
export function build(env) {
  return step("Building", () => runTask("build", env));
}
