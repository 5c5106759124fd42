import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { lockRepo } from "./repo-lock.ts";

const at = temporaryFolder();
const signal = new AbortController().signal;
const onWait = () => {};

async function heldBy(path: string, holder: object | string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof holder === "string" ? holder : JSON.stringify(holder));
  return path;
}

/** Of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

describe("lockRepo", () => {
  it("has one holder, and leaves nothing", async () => {
    const path = at("one", "engine.lock");
    const order: string[] = [];
    await Promise.all(
      ["a", "b", "c"].map(async (name) => {
        await using _ = await lockRepo(path, { signal, onWait, stale: 2000 });
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`${name} out`);
      }),
    );
    expect(order.length).toBe(6);
    for (let i = 0; i < 6; i += 2) expect(order[i + 1]).toBe(order[i]!.replace("in", "out"));
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("does not wait for the dead", async () => {
    const path = await heldBy(at("dead", "engine.lock"), { token: "x", pid: deadPid(), host: hostname() });
    await using lock = await lockRepo(path, { signal });
    lock.check();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  });

  it.each([
    ["another machine", { token: "x", pid: 1, host: "elsewhere" }],
    ["a process id that another has now", { token: "x", pid: process.pid, host: hostname() }],
    ["half a file", '{"token": "x'],
  ])("takes over from %s after a time without a sign of life", async (name, holder) => {
    const path = await heldBy(at(name, "engine.lock"), holder);
    const waits: string[] = [];
    await using lock = await lockRepo(path, { signal, stale: 100, onWait: (who) => waits.push(who) });
    lock.check();
    expect(waits.length).toBe(1);
  });

  it("waits for who gives signs of life, until it is told to stop", async () => {
    const path = await heldBy(at("alive", "engine.lock"), { token: "x", pid: 1, host: "elsewhere" });
    let second = 1;
    const beat = setInterval(() => void utimes(path, ++second, second), 20);
    const stop = new AbortController();
    const waiting = failure(lockRepo(path, { signal: stop.signal, onWait, stale: 800 }));
    await new Promise((resolve) => setTimeout(resolve, 1600));
    stop.abort();
    expect((await waiting).code).toBe("aborted");
    clearInterval(beat);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ token: "x" });
  });

  it("says who has it where waiting is not wanted", async () => {
    const path = at("held", "engine.lock");
    await using _ = await lockRepo(path, { signal });
    const error = await failure(lockRepo(path, { signal }));
    expect(error.message).toBe(
      `${path}: process ${process.pid} on ${hostname()} is working on this model. Wait for it, or stop it.`,
    );
  });

  it("notices that it was taken", async () => {
    const path = at("taken", "engine.lock");
    const lock = await lockRepo(path, { signal, stale: 60 });
    await rm(path);
    await heldBy(path, { token: "other", pid: 1, host: "elsewhere" });
    await vi.waitFor(() => expect(() => lock.check()).toThrow("another process took over"), 10_000);
    await lock[Symbol.asyncDispose]();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ token: "other" });
  });
});
