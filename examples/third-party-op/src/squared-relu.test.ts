import { cpuSimd } from "@engine/backend-cpu-simd";
import { reference } from "@engine/backend-reference";
import { type OpCase, rounded, testOps } from "@engine/conformance";
import { describe } from "vitest";
import { squaredRelu } from "./squared-relu.ts";

const cases = [1, 17, 64].map(
  (width): OpCase => ({
    name: `squared-relu [tokens, ${width}]`,
    op: "squared-relu",
    tokens: 3,
    inputs: [{ shape: ["tokens", width] }],
    build: ([x]) => squaredRelu(x!),
    expected: ([x]) => Array.from(x!, (value) => Math.max(value, 0) ** 2),
    tolerance: rounded,
  }),
);

for (const backend of [reference, cpuSimd]) {
  const reason = backend.unavailable();
  describe.skipIf(reason !== undefined)(`${backend.name} ${reason ?? ""}`, () => testOps(backend, { cases }));
}
