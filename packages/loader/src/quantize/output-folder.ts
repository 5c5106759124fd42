import { copyFile, mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EngineError } from "@engine/core";
import { isModelFile } from "../hub/select-files.ts";
import { ioError } from "../io-error.ts";

/** The folder itself, or the nearest above it that exists. */
export async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Throws `bad-option` where the output would be written over something. */
export async function refuseExisting(path: string, name: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))) return;
  throw new EngineError(
    "bad-option",
    `${name}: exists already. Give the name of a new folder, or delete this one.`,
  );
}

/** What is copied beside the weights: what the model is run with, its licence and its card. */
export async function modelFiles(
  folder: string,
): Promise<{ readonly name: string; readonly bytes: number }[]> {
  const there = await readdir(folder, { withFileTypes: true });
  const names = there
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .filter(
      (name) => name !== "config.json" && (isModelFile(name) || /^(LICEN[CS]E|NOTICE|README)/i.test(name)),
    );
  const extra = await readdir(join(folder, TEMPLATES)).catch(() => []);
  names.push(...extra.map((name) => `${TEMPLATES}/${name}`).filter(isModelFile));
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
}

const TEMPLATES = "additional_chat_templates";

/** A file that is there as a whole or not at all. */
export async function copyOne(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, `${to}.tmp`);
    await rename(`${to}.tmp`, to);
  } catch (error) {
    throw ioError(error, basename(to));
  }
}
