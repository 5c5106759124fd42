import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { reference } from "@engine/backend-reference";
import { architectureOf } from "../test/families.ts";
import { testArchitecture } from "./test-architecture.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

for (const name of readdirSync(fixtures)) {
  const config = JSON.parse(readFileSync(`${fixtures}${name}/config.json`, "utf8")) as { model_type: string };
  testArchitecture(architectureOf(config.model_type), `${fixtures}${name}`, { backend: reference });
}
