import { reference } from "@engine/backend-reference";
import { describe } from "vitest";
import { bf16Cases, testBackend, testOps } from "../src/index.ts";

testBackend(reference);
describe("activations in bf16", () => testOps(reference, { cases: bf16Cases }));
