import { expect, it } from "vitest";
import { TransferRate } from "./transfer-rate.ts";

it("is that of the last seconds", () => {
  let now = 0;
  const rate = new TransferRate(5000, () => now);
  expect(rate.perSecond()).toBe(0);
  for (now = 100; now <= 10_000; now += 100) rate.add(100);
  now = 10_000;
  expect(rate.perSecond()).toBeCloseTo(1000, -2);
  for (now = 10_100; now <= 20_000; now += 100) rate.add(10);
  now = 20_000;
  expect(rate.perSecond(), "the fast time is forgotten").toBeCloseTo(100, -1);
  now = 30_000;
  expect(rate.perSecond(), "it falls while nothing comes").toBeLessThan(50);
});
