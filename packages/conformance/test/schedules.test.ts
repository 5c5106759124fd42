import { cpuSimd } from "@engine/backend-cpu-simd";
import { reference } from "@engine/backend-reference";
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
