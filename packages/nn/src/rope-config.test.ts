import { configReader } from "@engine/core";
import { expect, test } from "vitest";
import { type RopeConfig, ropeConfig } from "./rope-config.ts";

const read = (json: object, headDim = 8): RopeConfig => ropeConfig(configReader(json), { headDim });

/** Inverse frequencies of a config whose frequencies are fixed. */
function inverse({ frequencies }: RopeConfig): number[] {
  if (frequencies.kind !== "fixed") throw new Error(`frequencies are ${frequencies.kind}`);
  return [...frequencies.inverse];
}

/** Equal to seven digits: f32 holds no more. */
function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value / expected[i]! - 1), `pair ${i}: ${value}`).toBeLessThan(2e-7);
  });
}

test("default: powers of theta, 10000 unless told", () => {
  close(inverse(read({})), [1, 0.1, 0.01, 0.001]);
  close(inverse(read({ rope_theta: 1e8 })), [1, 0.01, 1e-4, 1e-6]);
  close(inverse(read({ rope_theta: 1e8, rope_scaling: null })), [1, 0.01, 1e-4, 1e-6]);
  close(inverse(read({ rope_parameters: { rope_type: "default", rope_theta: 1e8 } })), [1, 0.01, 1e-4, 1e-6]);
  expect(inverse(read({ partial_rotary_factor: 0.5 }))).toHaveLength(2);
});

test.each([
  ["transformers 4", { rope_theta: 10_000, rope_scaling: { rope_type: "linear", factor: 4 } }],
  ["its older key", { rope_theta: 10_000, rope_scaling: { type: "linear", factor: 4 } }],
  ["transformers 5", { rope_parameters: { rope_type: "linear", factor: 4, rope_theta: 10_000 } }],
])("linear in the style of %s: all pairs slowed alike", (_, json) => {
  close(inverse(read(json)), [0.25, 0.025, 0.0025, 0.00025]);
});

test("proportional: whole pairs of the share of a head, be it odd; the others stand still", () => {
  const scaling = { rope_type: "proportional", partial_rotary_factor: 0.25, rope_theta: 1e7 };
  const turning = inverse(read({ rope_parameters: scaling }, 14));
  expect(turning).toEqual([1, 0, 0, 0, 0, 0, 0]);
});

test("llama3: short waves kept, long ones slowed, those between blended", () => {
  const scaling = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
  const v4 = read({ rope_scaling: { ...scaling, original_max_position_embeddings: 128 } });
  const v5 = read({
    rope_parameters: { ...scaling, rope_theta: 10_000, original_max_position_embeddings: 128 },
  });
  // Wave lengths 6.28, 62.8, 628, 6283 against borders 32 and 128; the second lies between.
  const smooth = (128 / (2 * Math.PI * 10) - 1) / 3;
  close(inverse(v4), [1, ((1 - smooth) * 0.1) / 8 + smooth * 0.1, 0.01 / 8, 0.001 / 8]);
  expect(inverse(v5)).toEqual(inverse(v4));
});

test("yarn: interpolated between two pairs, and the attention factor of the paper", () => {
  const scaling = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 64 };
  const { frequencies, attentionFactor } = read({ rope_scaling: { ...scaling, beta_fast: 4, beta_slow: 1 } });
  // Pair of r rotations: 8 ln(64 / 2πr) / (2 ln 10000), so 0.41 for 4 and 1.01 for 1: the ramp goes from 0 to 2.
  close(inverse({ frequencies, attentionFactor }), [1, 0.1 * 0.5 + (0.1 / 4) * 0.5, 0.01 / 4, 0.001 / 4]);
  expect(attentionFactor).toBeCloseTo(0.1 * Math.log(4) + 1, 12);
  const told = read({ rope_scaling: { ...scaling, attention_factor: 1.5 } });
  expect(told.attentionFactor).toBe(1.5);
  const both = read({ rope_scaling: { ...scaling, mscale: 2, mscale_all_dim: 1 } });
  expect(both.attentionFactor).toBeCloseTo((0.2 * Math.log(4) + 1) / (0.1 * Math.log(4) + 1), 12);
});

test("longrope: two sets of factors and where they change", () => {
  const config = {
    max_position_embeddings: 64,
    original_max_position_embeddings: 16,
    rope_scaling: { rope_type: "longrope", short_factor: [1, 2, 4, 8], long_factor: [2, 4, 8, 16] },
  };
  const { frequencies, attentionFactor } = read(config);
  if (frequencies.kind !== "longrope") throw new Error(frequencies.kind);
  close([...frequencies.short], [1, 0.05, 0.0025, 0.000125]);
  close([...frequencies.long], [0.5, 0.025, 0.00125, 0.0000625]);
  expect(frequencies.original).toBe(16);
  expect(attentionFactor).toBeCloseTo(Math.sqrt(1 + Math.log(4) / Math.log(16)), 12);
});

test("dynamic: what the length of a text is held against", () => {
  const config = read({
    max_position_embeddings: 32,
    rope_theta: 5000,
    rope_scaling: { type: "dynamic", factor: 2 },
  });
  expect(config).toEqual({
    frequencies: { kind: "dynamic", theta: 5000, factor: 2, trained: 32, pairs: 4 },
    attentionFactor: 1,
  });
});

test.each([
  [
    { rope_scaling: { rope_type: "spiral" } },
    "unsupported",
    'config.json: rope_scaling: the rope type "spiral" is not one of default',
  ],
  [{ rope_scaling: { rope_type: "linear" } }, "bad-config", 'rope_scaling: "factor" is missing'],
  [
    { rope_parameters: { rope_type: "llama3", factor: 8 } },
    "bad-config",
    'rope_parameters: "low_freq_factor" is missing',
  ],
  [{ rope_scaling: { type: "dynamic", factor: 2 } }, "bad-config", '"max_position_embeddings" is missing'],
  [{ rope_theta: "10000" }, "bad-config", '"rope_theta" must be a number, but is "10000"'],
  [
    {
      max_position_embeddings: 64,
      rope_scaling: { rope_type: "longrope", short_factor: [1, 2], long_factor: [1, 2] },
    },
    "bad-config",
    "must list 4 numbers",
  ],
])("refuses %j", (json, code, message) => {
  expect(() => read(json)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
