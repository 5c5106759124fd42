import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chatFolder } from "./scripted-model.ts";

const DIST = join(import.meta.dirname, "../dist/index.js");

/** When the server was built; undefined where it is not. */
export function builtAt(): Date | undefined {
  return existsSync(DIST) ? statSync(DIST).mtime : undefined;
}

export interface BuiltServer {
  readonly url: string;
  /** What it told of failures, line by line; that it ended by itself is one. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

/** The built server in a process of its own; "actor" is the demo model with a chat template. Throws when it does not start. */
export async function builtServer(): Promise<BuiltServer> {
  const folder = await chatFolder();
  const child = spawn(process.execPath, [join(import.meta.dirname, "built-server.mjs"), folder.path], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const failures: string[] = [];
  createInterface(child.stderr).on("line", (line) => failures.push(line));
  let closing = false;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!closing) failures.push(`The server ended by itself (${signal ?? `exit code ${code}`}).`);
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    closing = true;
    child.kill();
    await ended;
    await folder[Symbol.asyncDispose]();
  };
  const first = new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve));
  const url = await Promise.race([first, ended]);
  if (url) return { url, failures, close };
  await close();
  throw new Error(failures.join("\n"));
}
