import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { capture, configReader, type Device, EngineError, type Residency } from "@engine/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONFIG, tinySource } from "../test/tiny-model.ts";
import { type PlanOptions, planTextModel } from "./plan-text-model.ts";

const MB = 2 ** 20;
/** What this device's weights take, whatever they are; it streams through no less than 2 MB. */
const WEIGHTS = 40 * MB;
const LEAST_RING = 2 * MB;

let device: Device;
let wish: PlanOptions;
beforeAll(async () => {
  device = await reference.open();
  const { fused, info } = device;
  const weightBytes = (_: unknown, __: unknown, residency: Residency) => {
    if (typeof residency !== "object") return { resident: WEIGHTS, mapped: 0 };
    const { budget } = residency.stream;
    if (budget < LEAST_RING) throw new EngineError("out-of-memory", "Too few.");
    return { resident: budget, mapped: 0, streamed: WEIGHTS - budget };
  };
  const source = tinySource();
  wish = {
    name: "tiny",
    graph: capture(llama, llama.parse(configReader(CONFIG)), source),
    source,
    device: { info, fused, supports: (call) => device.supports(call), weightBytes } as Device,
    modelContext: 200,
  };
});
afterAll(() => device.close());

const within = (memoryBudget: number, options: Partial<PlanOptions> = {}) =>
  planTextModel({ ...wish, memoryBudget, processBytes: 100 * MB, ...options });

test("nothing is streamed that fits", () => {
  const { residency, memory } = within(200 * MB);
  expect(residency).toBe("auto");
  expect(memory).toMatchObject({ residency: "resident", weights: { resident: WEIGHTS }, process: 100 * MB });
  expect(memory.peak).toBe(100 * MB + WEIGHTS + memory.state + memory.activations);
});

test("what does not fit is streamed through all that is left, and the budget holds", () => {
  for (const budget of [105 * MB, 120 * MB, 139 * MB]) {
    const { residency, memory } = within(budget, { io: "direct" });
    expect(residency).toMatchObject({ stream: { io: "direct" } });
    expect(memory.residency).toBe("streamed");
    expect(memory.peak).toBeLessThanOrEqual(budget);
    expect(memory.peak).toBeGreaterThan(budget - 1024);
  }
});

test("the error of too small a budget names the least, and the least works", () => {
  let text = "";
  try {
    within(101 * MB);
  } catch (error) {
    text = (error as Error).message;
  }
  const [, least, own] =
    /The least that works is ([\d.]+) MB, of which the process itself takes ([\d.]+) MB/.exec(text) ?? [];
  expect(own).toBe(((100 * MB) / 1e6).toFixed(1));
  const bytes = Math.ceil(Number(least) * 1e6) + 1e5;
  expect(within(bytes).memory.residency).toBe("streamed");
  expect(() => within(bytes - 2 * MB)).toThrow("does not fit");
});

test("a context asked for is kept; else caches take at most a quarter", () => {
  const small = within(104 * MB);
  expect(small.memory.state).toBeLessThanOrEqual(MB);
  expect(within(104 * MB, { context: 180 }).context).toBe(180);
  expect(() => within(104 * MB, { context: 10 ** 6 })).toThrow("with a context of 1000000 tokens");
});

test("where a smaller budget works, a larger one does", () => {
  const weightBytes = (_: unknown, __: unknown, residency: Residency) => {
    const bytes = wish.device.weightBytes(wish.source, [], residency);
    // Never as many as there is room for, unless there are few.
    return { ...bytes, resident: bytes.resident + (bytes.resident > 20 * MB ? 1 : 0) };
  };
  const options = { device: { ...wish.device, weightBytes } as Device };
  const { memory, residency } = within(135 * MB, options);
  expect(residency).toHaveProperty("stream");
  expect(memory.peak).toBeLessThanOrEqual(135 * MB);
  expect(memory.weights.resident).toBeGreaterThan(18 * MB);
});
