import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import { describe } from "vitest";
import { testArchitecture } from "../src/index.ts";
import { testLongPrompt } from "../src/test-far-positions.ts";
import { goldens } from "./families.ts";

// Emulated levels are avx512 where weights are floats and activations f32.
const levels = isaLevels().filter((level) => !level.endsWith("-emulated"));
const backends =
  levels.length > 0 ? levels.map((level) => cpuSimdAt(level, { everyThread: true })) : [cpuSimd];

// Every variant at every level takes a minute of one core, so none is left out. One thread: on a busy machine
// threads wait for each other; that their number changes no bit is one of the tests.
backends.forEach((backend, i) => {
  describe(levels[i] ?? "any level", () => {
    for (const { architecture, folder } of goldens())
      testArchitecture(architecture, folder, { backend, threads: 1 });
  });
});

describe.skipIf(levels.length === 0)("a real text of 32k tokens", () => {
  for (const { architecture, name, folder } of goldens()) {
    if (name !== "llama" && name !== "mistral") continue;
    testLongPrompt(architecture, folder, { backend: cpuSimd, tokens: 32768, tolerance: 2e-3 });
  }
});
