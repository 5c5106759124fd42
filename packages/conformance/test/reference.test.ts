import { reference } from "@engine/backend-reference";
import { testBackend } from "../src/index.ts";

testBackend(reference);
