import type { Backend } from "@engine/core";
import { expect, test } from "vitest";
import { singleStep } from "./steps.ts";
import { openToy, TOY, toySource, toyText } from "./toy.ts";

/** What is held is counted, given back, and refused afterwards. */
export function testLifetime(backend: Backend): void {
  test("says what it is", async () => {
    const device = await backend.open();
    expect(backend.api).toBe(1);
    expect(backend.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(device.info.name).not.toBe("");
    expect(["cpu", "accelerator"]).toContain(device.info.kind);
    expect(device.info.memoryBytes).toBeGreaterThan(0);
    await device.close();
  });

  test("live bytes grow with weights, state and plan, and return to what they were", async () => {
    const device = await backend.open();
    const before = device.liveBytes();
    const toy = await openToy(device);
    const { resident, mapped } = toy.weights.bytes;
    expect(resident + mapped).toBeGreaterThan(0);
    expect(toy.state.bytes).toBeGreaterThanOrEqual(
      12 * 16 * TOY.kvHeads * (TOY.keyDim + TOY.valueDim) * 4 * 2,
    );
    expect(device.liveBytes()).toBeGreaterThanOrEqual(before + resident + toy.state.bytes);
    await toy.dispose();
    expect(device.liveBytes()).toBe(before);
    await device.close();
  });

  test("the bytes of weights are told before they are loaded", async () => {
    const device = await backend.open();
    const { program, ...toy } = await openToy(device);
    for (const residency of ["auto", "resident", "mapped"] as const) {
      const told = device.weightBytes(toySource(), program.weights, residency);
      const weights = await device.weights(toySource(), program.weights, residency);
      expect({ ...weights.bytes }).toEqual(told);
      await weights.dispose();
    }
    await toy.dispose();
    await device.close();
  });

  test("disposing twice is disposing once", async () => {
    const device = await backend.open();
    const before = device.liveBytes();
    const toy = await openToy(device);
    await toy.dispose();
    await toy.dispose();
    expect(device.liveBytes()).toBe(before);
    await device.close();
  });

  test("a disposed plan refuses to run", async () => {
    const device = await backend.open();
    const toy = await openToy(device);
    await toy.plan.dispose();
    await expect(toy.plan.run(singleStep([1, 2]), {})).rejects.toMatchObject({ code: "disposed" });
    await toy.dispose();
    await device.close();
  });

  test("two models live side by side", async () => {
    const device = await backend.open();
    const [one, two] = [await openToy(device), await openToy(device)];
    const logits = await Promise.all(
      [one, two].map(async (toy) => {
        const into = new Float32Array(TOY.vocab);
        await toy.plan.run(singleStep(toyText("a", 9), { wanted: [8] }), {});
        await toy.plan.logits(0, into);
        return into;
      }),
    );
    expect(logits[0]).toEqual(logits[1]);
    await one.dispose();
    await two.dispose();
    await device.close();
  });

  test("tells how far loading is, up to all of it", async () => {
    const device = await backend.open();
    const toy = await openToy(device);
    const steps: [number, number][] = [];
    const store = await device.weights(toySource(), toy.program.weights, "resident", {
      onProgress: (done, total) => steps.push([done, total]),
    });
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).sort((a, b) => a - b));
    expect(steps.at(-1)![0]).toBe(steps.at(-1)![1]);
    await store.dispose();
    await toy.dispose();
    await device.close();
  });

  test("loading that is stopped leaves nothing behind", async () => {
    const device = await backend.open();
    const toy = await openToy(device);
    const before = device.liveBytes();
    const signal = AbortSignal.abort();
    const loading = device.weights(toySource(), toy.program.weights, "resident", { signal });
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    expect(device.liveBytes()).toBe(before);
    await toy.dispose();
    await device.close();
  });
}
