import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, root, SetupError, step } from "./command.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Stops with a sentence when this Node is older than package.json asks for. */
export function checkNode() {
  const [wanted] = /\d+\.\d+/.exec(manifest.engines.node);
  const [major, minor] = wanted.split(".").map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new SetupError(`Node ${process.versions.node} is too old; install Node ${wanted} or newer.`);
}

/**
 * Environment variables in which `pnpm` is the pinned version: the one installed here when it is that, or one
 * that npx keeps in npm's cache. (turbo calls pnpm by name, so a path alone would not do.)
 *
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function environment() {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", ENGINE_TOOLCHAIN: await toolchain() };
  const wanted = manifest.packageManager.replace("pnpm@", "");
  // Outside the repository, so that another version of pnpm does not stumble over packageManager.
  const own = await command("pnpm", ["--version"], { cwd: tmpdir() });
  if (own.status === 0 && own.output.trim() === wanted) return env;
  return step(`Fetching pnpm ${wanted}`, async () => {
    const args = ["--yes", `--package=pnpm@${wanted}`, "--", "node", "-p", "'PATH='+process.env.PATH"];
    const npx = await command("npx", args);
    const path = /^PATH=(.*)$/m.exec(npx.output)?.[1];
    if (npx.status !== 0 || !path) {
      throw new SetupError(`npx could not fetch pnpm ${wanted}; it said:\n${npx.output.trim()}`);
    }
    const { Path, ...others } = env;
    return { ...others, PATH: path };
  });
}

/** Names the C++ tools found. Builds depend on it, so a compiler installed later is not missed. */
async function toolchain() {
  const tools = ["cmake", process.env.CXX ?? "c++"];
  const versions = await Promise.all(tools.map((tool) => command(tool, ["--version"])));
  return versions.map(({ status, output }) => (status === 0 ? output.split("\n")[0] : "none")).join("; ");
}
