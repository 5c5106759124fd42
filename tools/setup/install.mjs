import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, root, SetupError, step } from "./command.mjs";

const STAMP = join(root, "node_modules/.engine-setup");

/**
 * Installs what the lockfile names, unless the last install did so already.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function install(env) {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  await step("Installing dependencies", async () => {
    const { status, output } = await command("pnpm", ["install", "--frozen-lockfile"], { env });
    if (status === 0) return writeFileSync(STAMP, wanted);
    if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
      throw new SetupError(
        "pnpm-lock.yaml is older than a package.json; run pnpm install --no-frozen-lockfile.",
      );
    }
    throw new SetupError(`${output.trim()}\n\npnpm could not install the dependencies; it says why above.`);
  });
}

/** Changes whenever an install could have something to do. */
function fingerprint() {
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"];
  for (const parent of ["packages", "apps", "tools", "examples"]) {
    if (!existsSync(join(root, parent))) continue;
    for (const name of readdirSync(join(root, parent)).sort()) files.push(`${parent}/${name}/package.json`);
  }
  const hash = createHash("sha256");
  for (const file of files) {
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}
