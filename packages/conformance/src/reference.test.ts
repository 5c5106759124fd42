import { reference } from "@engine/backend-reference";
import { testBackend } from "./test-backend.ts";

testBackend(reference);
