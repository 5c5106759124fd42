import { cpuSimd } from "@engine/backend-cpu-simd";
import { reference } from "@engine/backend-reference";
import { CACHE_DTYPES } from "@engine/core";
import { describe } from "vitest";
import { testSchedules } from "../src/test-schedules.ts";
import { testSessions } from "../src/test-sessions.ts";
import { goldens } from "./families.ts";

/** Full attention, windows, a recurrent state, experts, and rotary frequencies that follow the text's length. */
const NAMES = ["llama", "mistral", "gemma3_text", "qwen3_next", "mixtral", "llama_dynamic", "llama_longrope"];

describe.each([reference, cpuSimd])("answers at once, backend $name", (backend) => {
  for (const { architecture, name, folder } of goldens()) {
    // The interpreter takes a minute for what the native backend does in a second.
    const schedules = backend === reference ? 1 : 4;
    if (!NAMES.includes(name)) continue;
    testSchedules(architecture, folder, { backend, schedules });
    testSessions(architecture, folder, { backend });
  }
});

describe("answers at once, other types of keys and values", () => {
  for (const { architecture, name, folder } of goldens()) {
    if (!NAMES.includes(name)) continue;
    // Swapped, shared, copied and restored blocks carry int8's scales with them.
    for (const kv of name === "gemma3_text" ? CACHE_DTYPES : (["int8"] as const)) {
      testSchedules(architecture, folder, { backend: cpuSimd, schedules: 1, kv });
      testSessions(architecture, folder, { backend: cpuSimd, kv });
    }
  }
});
