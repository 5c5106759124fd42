import { capture, configReader } from "@engine/core";
import { expect, test } from "vitest";
import { llama } from "./llama.ts";

const least = { model_type: "llama", hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 2 };
const read = (json: object) => llama.parse(configReader(json, "models/x/config.json"));

test("a llama sees everything, a mistral through its window", () => {
  expect(read({ ...least, sliding_window: 5 }).windows).toEqual([undefined, undefined]);
  const mistral = { ...least, model_type: "mistral" };
  expect(read({ ...mistral, sliding_window: 5 }).windows).toEqual([5, 5]);
  expect(read({ ...mistral, sliding_window: null }).windows).toEqual([undefined, undefined]);
  // Mistral's own default, when the key is not there at all.
  expect(read(mistral).windows).toEqual([4096, 4096]);
  const types = ["full_attention", "sliding_attention"];
  expect(read({ ...mistral, sliding_window: 5, layer_types: types }).windows).toEqual([undefined, 5]);
});

test("biases are as the config says", () => {
  expect(read(least)).toMatchObject({ attentionBias: false, mlpBias: false });
  expect(read({ ...least, attention_bias: true, mlp_bias: true })).toMatchObject({
    attentionBias: true,
    mlpBias: true,
  });
});

test("Ministral 3's queries grow with their position", () => {
  const rope_parameters = {
    rope_type: "default",
    llama_4_scaling_beta: 0.1,
    original_max_position_embeddings: 16,
  };
  expect(read({ ...least, model_type: "ministral3", rope_parameters }).queryGrowth).toEqual({
    beta: 0.1,
    original: 16,
  });
  expect(read(least).queryGrowth).toBeUndefined();
});

test.each([
  [{ num_hidden_layers: undefined }, 'models/x/config.json: "num_hidden_layers" is missing'],
  [{ hidden_size: "8" }, '"hidden_size" must be a whole number, but is "8"'],
  [{ attention_bias: "no" }, '"attention_bias" must be true or false, but is "no"'],
  [{ hidden_act: "sinusoid" }, 'the activation "sinusoid" is not one of'],
  [
    { model_type: "mistral", layer_types: ["linear_attention", "full_attention"] },
    '"layer_types" holds "linear_attention"',
  ],
  [{ rope_scaling: { rope_type: "llama3" } }, 'rope_scaling: "low_freq_factor" is missing'],
])("refuses %j, naming the key", (change, message) => {
  expect(() => read({ ...least, ...change })).toThrow(message);
});

test("a layer more than the checkpoint has is named by its first weight", () => {
  const shapes: Record<string, readonly number[]> = { "model.embed_tokens.weight": [5, 8] };
  const source = {
    names: () => Object.keys(shapes),
    describe: (name: string) => shapes[name] && { type: "f32", shape: shapes[name], parts: {} },
  };
  expect(() => capture(llama, read(least), source)).toThrow(
    'no weight "model.layers.0.input_layernorm.weight"',
  );
});
