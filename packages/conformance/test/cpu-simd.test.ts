import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import { describe, expect, test } from "vitest";
import { bf16Cases, int8Cases, quantizedCases, testBackend, testOps } from "../src/index.ts";

// Without the native part there is one level to ask, which is skipped with the backend's own sentence.
const levels = isaLevels();
const backends =
  levels.length > 0 ? levels.map((level) => cpuSimdAt(level, { everyThread: true })) : [cpuSimd];

backends.forEach((backend, i) => {
  // Threads on a busy machine wait for each other; that they change no bit is a test of its own.
  const threads = 1;
  describe(levels[i] ?? "any level", () => {
    const options = i + 1 < backends.length ? { threads } : {};
    // These levels are avx512 but for products of weights.
    if (levels[i]?.endsWith("-emulated")) testOps(backend, { ...options, cases: quantizedCases });
    else testBackend(backend, options);
    if (!levels[i]) return;
    describe("activations in int8", () => testOps(backend, { ...options, cases: int8Cases }));
    describe("activations in bf16", () => testOps(backend, { ...options, cases: bf16Cases }));
  });
});

test.skipIf(levels.length === 0)("the best level is the one that is used", async () => {
  expect(levels).toContain("scalar");
  const [chosen, best] = await Promise.all([cpuSimd.open(), cpuSimdAt(levels.at(-1)!).open()]);
  expect(chosen.info.name).toBe(best.info.name);
  await Promise.all([chosen.close(), best.close()]);
});
