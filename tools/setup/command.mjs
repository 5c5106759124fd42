import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** A failure that one sentence explains; nobody needs its stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end and hands back its exit status and all it printed.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, show?: boolean }} options `show` lets it print by itself
 * @returns {Promise<{ status: number, output: string }>}
 */
export function command(program, args, { env = process.env, cwd = root, show = false } = {}) {
  return new Promise((done) => {
    const stdio = show ? "inherit" : "pipe";
    // Windows finds npx.cmd and pnpm.cmd only through its shell.
    const shell = process.platform === "win32" && program !== process.execPath;
    const child = spawn(program, args, { cwd, env, shell, stdio: ["ignore", stdio, stdio] });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => done({ status: 127, output: error.message }));
    child.on("close", (status, signal) =>
      done({ status: status ?? 1, output: signal ? `${output}\n${signal}` : output }),
    );
  });
}

/**
 * Says on stderr what is being done, and then how long it took.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const begin = performance.now();
  process.stderr.write(`${what} … `);
  try {
    const result = await work();
    process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}
