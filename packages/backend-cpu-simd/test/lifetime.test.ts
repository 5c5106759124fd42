import { readdir } from "node:fs/promises";
import type { Device } from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import { bitsOf, CONTEXT, hiddenOf, openTiny, stepOf, type Tiny, textOf } from "./tiny-model.ts";

const text = textOf(CONTEXT);

describe.skipIf(cpuSimd.unavailable())("lifetime", () => {
  let device: Device;
  let tiny: Tiny;
  beforeEach(async () => {
    device = await cpuSimd.open({ threads: 2 });
    tiny = await openTiny(device);
  });
  afterEach(() => device.close());

  test("everything is given back", async () => {
    await hiddenOf(tiny.plan, stepOf({ tokens: text, cached: 0 }));
    expect(device.liveBytes()).toBeGreaterThan(0);
    await tiny.dispose();
    await tiny.dispose();
    expect(device.liveBytes()).toBe(0);
  });

  test("closing waits for steps, frees what is left, and refuses what comes after", async () => {
    const runs = [1, 2, 3].map(() => tiny.plan.run(stepOf({ tokens: text, cached: 0 }), {}));
    await device.close();
    await Promise.all(runs);
    expect(device.liveBytes()).toBe(0);
    await expect(openTiny(device)).rejects.toMatchObject({ code: "disposed" });
    await expect(tiny.plan.run(stepOf({ tokens: [1], cached: 0 }), {})).rejects.toMatchObject({
      code: "disposed",
    });
  });

  test("devices opened alike share their threads, until the last of them is closed", async () => {
    const threads = async () => (await readdir("/proc/self/task")).length;
    const before = process.platform === "linux" ? await threads() : 0;
    const [other, third] = [await cpuSimd.open({ threads: 2 }), await cpuSimd.open({ threads: 2 })];
    if (process.platform === "linux") expect(await threads()).toBe(before);
    const second = await openTiny(other);
    const steps = [tiny, second].map(({ plan }) => hiddenOf(plan, stepOf({ tokens: text, cached: 0 })));
    const [own, theirs] = await Promise.all(steps);
    expect(bitsOf(theirs!)).toEqual(bitsOf(own!));
    await Promise.all([other.close(), third.close()]);
    expect(bitsOf(await hiddenOf(tiny.plan, stepOf({ tokens: text, cached: 0 })))).toEqual(bitsOf(own!));
  });

  test("a plan whose weights were disposed refuses to run", async () => {
    const source = tiny.program;
    expect(source.weights.length).toBeGreaterThan(0);
    const step = stepOf({ tokens: [1], cached: 0 });
    const disposing = tiny.dispose();
    await expect(tiny.plan.run(step, {})).rejects.toMatchObject({ code: "disposed" });
    await disposing;
  });

  test("a step is stopped between two ops; JavaScript goes on meanwhile", async () => {
    const before = bitsOf(await hiddenOf(tiny.plan, stepOf({ tokens: text.slice(0, 9), cached: 0 })));
    const stop = new AbortController();
    const long = () =>
      tiny.plan.run(stepOf({ tokens: text.slice(9), cached: 9 }), {}, { signal: stop.signal });
    // The last of them waits in the queue when the signal comes.
    const runs = Array.from({ length: 8 }, long).map((run) => run.catch((error: unknown) => error));
    setImmediate(() => stop.abort());
    expect((await Promise.all(runs)).at(-1)).toMatchObject({ code: "aborted" });
    expect(bitsOf(await hiddenOf(tiny.plan, stepOf({ tokens: text.slice(0, 9), cached: 0 })))).toEqual(
      before,
    );
  });

  test("threads sleep between steps", async () => {
    await tiny.plan.run(stepOf({ tokens: text, cached: 0 }), {});
    const begin = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { user, system } = process.cpuUsage(begin);
    // Two spinning threads would take 800 ms.
    expect((user + system) / 1000).toBeLessThan(200);
  });
});
