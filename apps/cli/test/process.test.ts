import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyModel } from "./tiny-model.ts";

const HOOK = join(import.meta.dirname, "typescript-hook.mjs");
const MAIN = join(import.meta.dirname, "../src/main.ts");

let folder = "";

beforeAll(async () => {
  folder = await tinyModel({ context: 4096 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command line as a process of its own, on the sources. */
function engine(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@engine/source", "--import", HOOK, MAIN, ...args]);
}

function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ["", ""];
  child.stdout!.on("data", (piece) => (out += piece));
  child.stderr!.on("data", (piece) => (err += piece));
  return new Promise((done) => child.on("close", (code) => done({ code, out, err })));
}

const once = (child: ChildProcess) => new Promise((done) => child.stdout!.once("data", done));
const LONG = ["--ignore-eos", "--max-tokens", "4000", "--backend", "reference"];

it("exits with the code of its command", async () => {
  expect(await ended(engine("--help"))).toMatchObject({ code: 0, err: "" });
  expect(await ended(engine("run", "--nosuch"))).toMatchObject({ code: 2, out: "" });
  expect(await ended(engine("inspect", "./nosuch"))).toMatchObject({ code: 1, out: "" });
});

it("writes no escape code and no bar into a pipe", async () => {
  const { out, err } = await ended(engine("run", folder, "Hi", "--greedy", "--max-tokens", "4"));
  expect(out).toMatch(/^Hi/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one.
  expect(out + err).not.toMatch(/\u001b|\r|█/);
});

// Windows has no such signals.
it.skipIf(process.platform === "win32")("ends an answer at SIGINT with 130", async () => {
  const child = engine("run", folder, "Hi", ...LONG);
  const all = ended(child);
  await once(child);
  child.kill("SIGINT");
  const { code, out, err } = await all;
  expect([code, err]).toEqual([130, ""]);
  expect(out).toMatch(/^Hi/);
});

it("ends quietly when its reader goes away", async () => {
  const child = engine("run", folder, "Hi", ...LONG);
  const all = ended(child);
  await once(child);
  child.stdout!.destroy();
  expect(await all).toMatchObject({ code: 0, err: "" });
});
