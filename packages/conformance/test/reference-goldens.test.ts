import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { testArchitecture } from "../src/index.ts";
import { llamaGoldens } from "./llama-goldens.ts";

for (const golden of llamaGoldens) testArchitecture(llama, golden, { backend: reference });
