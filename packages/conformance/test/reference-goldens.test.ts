import { reference } from "@engine/backend-reference";
import { testArchitecture } from "../src/index.ts";
import { goldens } from "./families.ts";

for (const { architecture, folder } of goldens())
  testArchitecture(architecture, folder, { backend: reference });
