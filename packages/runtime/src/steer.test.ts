import { reference } from "@engine/backend-reference";
import type { Device, Select } from "@engine/core";
import { describe, expect, test } from "vitest";
import { tinyModel, VOCAB } from "../test/tiny-model.ts";
import { tokenMask } from "./token-mask.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

describe("steer", () => {
  test("what it returns comes next, and the model goes on from there", async () => {
    const { model } = await tinyModel();
    const free = (await model.generate(PROMPT, { maxTokens: 8 }).result).tokens;
    const seen: [number, number][] = [];
    const result = await model.generate(PROMPT, {
      maxTokens: 8,
      steer: (token, index) => {
        seen.push([token, index]);
        return index === 2 ? [1, 2, 4] : undefined;
      },
    }).result;
    expect(result.tokens.slice(0, 6)).toEqual([...free.slice(0, 3), 1, 2, 4]);
    const after = await model.generate([...PROMPT, ...result.tokens.slice(0, 6)], { maxTokens: 2 }).result;
    expect(result.tokens.slice(6)).toEqual(after.tokens);
    expect(seen).toEqual(result.tokens.map((token, index) => [token, index]));
    expect(result.usage.completionTokens).toBe(8);
    expect(result.text).toHaveLength(8);
  });

  test("maxTokens holds for forced tokens too", async () => {
    const { model } = await tinyModel();
    const result = await model.generate(PROMPT, { maxTokens: 3, steer: () => [1, 2, 4] }).result;
    expect(result.tokens.slice(1)).toEqual([1, 2]);
    expect(result.finishReason).toBe("length");
  });

  test("a forced stop token ends the answer", async () => {
    const { model } = await tinyModel({ stopTokens: [4] });
    const result = await model.generate(PROMPT, { steer: (_, index) => (index === 0 ? [1, 4, 2] : []) })
      .result;
    expect(result.tokens.slice(1)).toEqual([1]);
    expect(result).toMatchObject({ finishReason: "stop", usage: { completionTokens: 3 } });
  });

  test('"stop" ends the answer after the token', async () => {
    const { model } = await tinyModel();
    const free = (await model.generate(PROMPT, { maxTokens: 4 }).result).tokens;
    const steer = (_: number, index: number) => (index === 3 ? "stop" : undefined);
    const result = await model.generate(PROMPT, { steer }).result;
    expect(result).toMatchObject({ tokens: free, finishReason: "stop" });
  });

  test("an id the model does not have is refused", async () => {
    const { model } = await tinyModel();
    await expect(model.generate(PROMPT, { steer: () => [VOCAB] }).result).rejects.toThrow("steer");
  });
});

describe("suppressed tokens", () => {
  /** A model and what its device was asked to select. */
  async function watched(suppressTokens?: readonly number[]) {
    const device: Device = await reference.open();
    const selects: (Select | undefined)[] = [];
    const plan = device.plan.bind(device);
    device.plan = async (...args) => {
      const made = await plan(...args);
      const run = made.run.bind(made);
      made.run = (step, ...rest) => {
        selects.push(step.select);
        return run(step, ...rest);
      };
      return made;
    };
    const { model } = await tinyModel({ device, ...(suppressTokens && { suppressTokens }) });
    return { model, selects };
  }

  test.each([
    ["greedy", {}],
    ["drawn from all", { temperature: 2, seed: 5 }],
    ["drawn from the likeliest", { temperature: 2, topK: 31, seed: 5 }],
    ["drawn with top-p", { temperature: 2, topP: 0.99, seed: 5 }],
  ])("are never chosen: %s", async (_, sampling) => {
    const free = await watched();
    const { tokens } = await free.model.generate(PROMPT, { ...sampling, maxTokens: 20 }).result;
    const forbidden = [...new Set(tokens)].slice(0, 3);
    const { model } = await watched(forbidden);
    const result = await model.generate(PROMPT, { ...sampling, maxTokens: 20 }).result;
    expect(result.tokens).toHaveLength(20);
    expect(result.tokens.filter((token) => forbidden.includes(token))).toEqual([]);
  });

  test("the next best token is taken instead of the best", async () => {
    const { model } = await watched();
    const rows: Float32Array[] = [];
    await model.logits(PROMPT, { onRow: (_, logits) => rows.push(logits.slice()) });
    const last = rows.at(-1)!;
    const order = [...last.keys()].sort((a, b) => last[b]! - last[a]!);
    const { tokens } = await (await watched([order[0]!])).model.generate(PROMPT, { maxTokens: 1 }).result;
    expect(tokens).toEqual([order[1]]);
  });

  test("nothing changes when there are none: no mask reaches the device", async () => {
    const plain = await watched();
    const empty = await watched([]);
    const outside = await watched([-1, VOCAB, 0.5]);
    const answers = [];
    for (const { model } of [plain, empty, outside])
      answers.push((await model.generate(PROMPT, { temperature: 1, seed: 3, maxTokens: 6 }).result).tokens);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(empty.selects).toEqual(plain.selects);
    expect(outside.selects).toEqual(plain.selects);
    expect(plain.selects.some((select) => select && "mask" in select)).toBe(false);
  });

  test("the mask has a bit for each token", () => {
    expect(tokenMask([0, 31, 32, 69], 70)).toEqual(Uint32Array.of(0x7ffffffe, 0xfffffffe, 0xffffffdf));
  });
});
