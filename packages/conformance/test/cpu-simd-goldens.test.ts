import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import { describe } from "vitest";
import { testArchitecture } from "../src/index.ts";
import { architectureOf } from "./families.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const levels = isaLevels();
const backends = levels.length > 0 ? levels.map((level) => cpuSimdAt(level)) : [cpuSimd];

// Every variant at every level takes a minute of one core, so none is left out. One thread: on a busy machine
// threads wait for each other; that their number changes no bit is one of the tests.
backends.forEach((backend, i) => {
  describe(levels[i] ?? "any level", () => {
    for (const name of readdirSync(fixtures)) {
      const text = readFileSync(`${fixtures}${name}/config.json`, "utf8");
      const { model_type } = JSON.parse(text) as { model_type: string };
      testArchitecture(architectureOf(model_type), `${fixtures}${name}`, { backend, threads: 1 });
    }
  });
});
