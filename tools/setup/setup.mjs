import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { SetupError } from "./command.mjs";
import { checkNode, environment } from "./environment.mjs";
import { install } from "./install.mjs";

/**
 * Installs and builds everything; does nothing for what is up to date.
 *
 * @param {{ types?: boolean }} options `types: false` leaves out the declarations, which running needs not
 * @returns {Promise<NodeJS.ProcessEnv>} the variables in which further commands find pnpm
 */
export async function setup({ types = true } = {}) {
  checkNode();
  const env = await environment();
  if (!types) env.ENGINE_BUILD = "no-types";
  await install(env);
  await build(env);
  return env;
}

/**
 * Tells a failure as its sentence, or with its stack when nobody foresaw it.
 *
 * @param {unknown} error
 */
export function tell(error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await setup({ types: !process.argv.includes("--no-types") });
  } catch (error) {
    tell(error);
    process.exitCode = 1;
  }
}
