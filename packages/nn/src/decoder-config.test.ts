import { configReader } from "@engine/core";
import { expect, test } from "vitest";
import { decoderConfig } from "./decoder-config.ts";
import { layerWindows } from "./layer-windows.ts";

const least = { hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 2 };
const read = (json: object) => decoderConfig(configReader(json));

test("what is not told follows from the rest, null is not told", () => {
  expect(read(least)).toMatchObject({
    layers: 2,
    heads: 4,
    kvHeads: 4,
    headDim: 16,
    eps: 1e-6,
    activation: "silu",
    tied: false,
  });
  expect(read({ ...least, num_key_value_heads: null, head_dim: null })).toEqual(read(least));
  expect(read(least).context).toBeUndefined();
  const told = {
    num_key_value_heads: 2,
    head_dim: 20,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    max_position_embeddings: 99,
  };
  expect(read({ ...least, ...told })).toMatchObject({
    kvHeads: 2,
    headDim: 20,
    eps: 1e-5,
    tied: true,
    context: 99,
  });
  expect(decoderConfig(configReader(least), { eps: 1e-3, tied: true })).toMatchObject({
    eps: 1e-3,
    tied: true,
  });
});

test.each([
  [{ hidden_size: undefined }, "bad-config", '"hidden_size" is missing'],
  [{ num_hidden_layers: "2" }, "bad-config", '"num_hidden_layers" must be a whole number, but is "2"'],
  [{ num_attention_heads: 0 }, "bad-config", '"num_attention_heads" must be at least 1'],
  [{ num_key_value_heads: 3 }, "bad-config", '(4) must be a multiple of "num_key_value_heads" (3)'],
  [{ hidden_act: "tanh" }, "unsupported", 'the activation "tanh" is not one of silu'],
])("refuses %j", (change, code, message) => {
  expect(() => read({ ...least, ...change })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test("windows: all layers alike, or as layer_types says", () => {
  const windows = (json: object, window: number | undefined) => layerWindows(configReader(json), 3, window);
  expect(windows({}, 12)).toEqual([12, 12, 12]);
  expect(windows({}, undefined)).toEqual([undefined, undefined, undefined]);
  const types = ["sliding_attention", "full_attention", "sliding_attention"];
  expect(windows({ layer_types: types }, 12)).toEqual([12, undefined, 12]);
  expect(() => windows({ layer_types: types }, undefined)).toThrow(
    '"sliding_attention" without "sliding_window"',
  );
  expect(() => windows({ layer_types: types.slice(1) }, 12)).toThrow(
    '"layer_types" lists 2 layers, but the model has 3',
  );
  expect(() => windows({ layer_types: ["chunked", ...types.slice(1)] }, 12)).toThrow(
    '"layer_types" holds "chunked"',
  );
});
