import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { testArchitecture } from "./test-architecture.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

for (const name of readdirSync(fixtures))
  testArchitecture(llama, `${fixtures}${name}`, { backend: reference });
