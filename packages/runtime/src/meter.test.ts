import { expect, test } from "vitest";
import { Meter } from "./meter.ts";

test("what steps read is a part of the timings, and a slow disk shows in them", () => {
  const meter = new Meter();
  meter.step({ rows: 8, ms: 1000, reads: { bytesRead: 4e9, readSeconds: 0.9, stallSeconds: 0.7 } });
  meter.token();
  meter.step({ rows: 1, ms: 500, reads: { bytesRead: 2e9, readSeconds: 0.3, stallSeconds: 0.2 } });
  meter.token();
  const { streamed, promptMs, decodeMs } = meter.timings();
  expect([promptMs, decodeMs]).toEqual([1000, 500]);
  expect(streamed!.bytesRead).toBe(6e9);
  expect(streamed!.bytesPerSecond).toBeCloseTo(5e9, -1);
  expect(streamed!.stallShare).toBeCloseTo(0.6, 9);
});

test("where all weights stay, nothing is said of reads", () => {
  const meter = new Meter();
  meter.step({ rows: 8, ms: 10 });
  expect(meter.timings()).not.toHaveProperty("streamed");
});
