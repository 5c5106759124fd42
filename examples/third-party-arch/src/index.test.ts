import { fileURLToPath } from "node:url";
import { reference } from "@engine/backend-reference";
import { strictBackend, testArchitecture } from "@engine/conformance";
import { olmo2 } from "./index.ts";

const golden = fileURLToPath(new URL("../fixtures/olmo2/", import.meta.url));

testArchitecture(olmo2, golden, { backend: reference });
testArchitecture(olmo2, golden, { backend: strictBackend({ maxBinding: 4096 }) });
