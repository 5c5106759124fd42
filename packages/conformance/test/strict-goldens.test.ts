import { llama } from "@engine/arch-llama";
import { strictBackend, testArchitecture } from "../src/index.ts";
import { llamaGoldens } from "./llama-goldens.ts";

/** Smaller than the fixtures' projections, so that nearly every matrix is split. */
const backend = strictBackend({ maxBinding: 4096 });

for (const golden of llamaGoldens) testArchitecture(llama, golden, { backend });
