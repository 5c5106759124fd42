import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";

const require = createRequire(import.meta.url);
const addon = JSON.stringify(require.resolve("../build/Release/engine_cpu_simd.node"));

/** Keeps the device's threads busy for a while, and says when they are. */
const busy = `
  const { Device } = require(${addon});
  const device = new Device("scalar", 3);
  for (let i = 0; i < 5; i++) device.multiplyAdd(3e7);
`;

/** Runs a script in a process of its own: what it printed, and how it ended. */
function ending(script: string): {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
} {
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 50_000 });
}

describe.skipIf(cpuSimd.unavailable())("the end of a process", () => {
  test("in the middle of a job is clean", () => {
    expect(ending(`${busy} setTimeout(() => process.exit(7), 30);`)).toMatchObject({
      status: 7,
      signal: null,
    });
  });

  test("waits for open jobs, and not for an idle device", () => {
    const { status, stdout } = ending(`
      const { Device } = require(${addon});
      const device = new Device("scalar", 2);
      device.multiplyAdd(1000).then(() => console.log("done"));
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "done\n" });
  });

  test("does not come with a worker's, in the middle of a job", () => {
    const { status, stdout } = ending(`
      const { Worker } = require("node:worker_threads");
      const script = ${JSON.stringify(`${busy} require("node:worker_threads").parentPort.postMessage("busy");`)};
      const ends = [1, 2].map(() => new Promise((resolve) => {
        const worker = new Worker(script, { eval: true });
        worker.once("message", () => setTimeout(() => worker.terminate().then(resolve), 30));
      }));
      Promise.all(ends).then(() => console.log("alive"));
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "alive\n" });
  });
});
