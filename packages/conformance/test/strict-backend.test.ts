import { llama } from "@engine/arch-llama";
import { compile } from "@engine/compiler";
import { capture, configReader } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { describe, expect, test } from "vitest";
import { singleStep } from "../src/contract/steps.ts";
import { openToy } from "../src/contract/toy.ts";
import { strictBackend, testBackend } from "../src/index.ts";
import { llamaGoldens } from "./llama-goldens.ts";

testBackend(strictBackend());

const backend = strictBackend({ maxBinding: 4096 });
const LIMITS = { maxTokens: 8, maxRows: 8, maxSequences: 1, kv: "f32" } as const;

describe("the strict device", () => {
  test.each(llamaGoldens)("has weights of %s split, and their calls fused", async (folder) => {
    const { config, source } = await openCheckpoint(folder);
    const graph = capture(llama, llama.parse(configReader(config)), source);
    const device = await backend.open();
    const program = compile(graph, source, device, LIMITS);
    const head = program.weights.find(({ name }) => name === "lm_head.weight") ?? program.weights[0]!;
    expect(head.ranges.length).toBeGreaterThanOrEqual(4);
    expect(program.weights.filter(({ ranges }) => ranges.length > 1).length).toBeGreaterThan(5);
    const names = program.graph.nodes.map(({ op }) => op.name);
    expect(names).toContain("silu-mul");
    expect(names).not.toContain("rms-norm");
    await source.close();
  });

  test("refuses a program whose weights were not split", async () => {
    const { config, source } = await openCheckpoint(llamaGoldens[0]!);
    const graph = capture(llama, llama.parse(configReader(config)), source);
    const device = await backend.open();
    const { maxBinding: _, ...info } = device.info;
    const whole = { info, fused: device.fused, supports: device.supports.bind(device) };
    const program = compile(graph, source, whole, LIMITS);
    await expect(device.weights(source, program.weights, "auto")).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("binds at most 4096"),
    });
    await source.close();
  });

  test("keeps outputs garbage until its promise resolves", async () => {
    const toy = await openToy(await backend.open());
    const hidden = new Float32Array(3 * 20);
    const run = toy.plan.run(singleStep([1, 2, 3]), { tensors: { hidden } });
    expect(hidden.every(Number.isNaN)).toBe(true);
    await run;
    expect(hidden.every(Number.isFinite)).toBe(true);
    await toy.dispose();
  });
});
