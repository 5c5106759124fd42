import { configReader, type GgufFacts } from "@engine/core";
import { expect, test } from "vitest";
import {
  eachLayer,
  ggufDecoderConfig,
  ggufDraftLayers,
  ggufLayerTypes,
  ggufMixture,
} from "./decoder-config.ts";

const LEAST = {
  embedding_length: 64,
  block_count: 4,
  "attention.head_count": 4,
  "attention.layer_norm_rms_epsilon": 1e-5,
};

/** A file with these keys and tensors; values are of one axis. */
function file(
  keys: Readonly<Record<string, unknown>>,
  tensors: Readonly<Record<string, readonly number[]>> = {},
): GgufFacts {
  const own = { ...LEAST, ...keys } as Record<string, unknown>;
  return {
    name: "toy",
    own: configReader(own, "m.gguf: metadata toy.*"),
    metadata: configReader({}),
    indexOf: () => -1,
    isList: (key) => Array.isArray(own[key]),
    shape: (name) => (tensors[name] ? [tensors[name].length] : undefined),
    values: async (name) => tensors[name],
  };
}

test("what is not stated follows from the rest", async () => {
  expect(await ggufDecoderConfig(file({}))).toEqual({
    hidden_size: 64,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    head_dim: 16,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    partial_rotary_factor: 1,
    tie_word_embeddings: true,
  });
  const stated = { "attention.key_length": 32, "rope.dimension_count": 8, context_length: 100 };
  expect(await ggufDecoderConfig(file(stated, { "output.weight": [1] }))).toMatchObject({
    head_dim: 32,
    partial_rotary_factor: 0.25,
    tie_word_embeddings: false,
    max_position_embeddings: 100,
  });
});

test("rotation is scaled by keys, or by a tensor of divisors", async () => {
  const scaled = async (keys: object, tensors = {}): Promise<unknown> =>
    (await ggufDecoderConfig(file({ context_length: 64, ...keys }, tensors))).rope_scaling;
  const yarn = {
    "rope.scaling.type": "yarn",
    "rope.scaling.factor": 4,
    "rope.scaling.original_context_length": 16,
    "rope.scaling.yarn_beta_fast": 30,
  };
  expect(await scaled({ "rope.scaling.type": "linear", "rope.scaling.factor": 2 })).toEqual({
    rope_type: "linear",
    factor: 2,
  });
  expect(await scaled(yarn)).toEqual({
    rope_type: "yarn",
    factor: 4,
    original_max_position_embeddings: 16,
    beta_fast: 30,
  });
  expect(await scaled({}, { "rope_freqs.weight": [1, 8] })).toMatchObject({
    rope_type: "longrope",
    short_factor: [1, 8],
    long_factor: [1, 8],
    attention_factor: 1,
  });
  await expect(scaled({ "rope.scaling.type": "longrope" })).rejects.toThrow("holds no rope_factors_short");
  await expect(scaled({ "rope.scaling.type": "spiral" })).rejects.toThrow('the rope scaling "spiral"');
});

test("layers: patterns as lists or periods, drafts aside", () => {
  const types = (keys: Readonly<Record<string, unknown>>): string =>
    ggufLayerTypes(file(keys), 3)
      .map((type) => type[0])
      .join("");
  expect(types({})).toBe("ssfs");
  expect(types({ "attention.sliding_window_pattern": 2 })).toBe("sfsf");
  expect(types({ "attention.sliding_window_pattern": [0, 1, 1, 0] })).toBe("fssf");
  expect(() => types({ "attention.sliding_window_pattern": [1] })).toThrow("lists 1 layers");
  expect(eachLayer(file({ heads: 2 }), "heads")).toEqual([2, 2, 2, 2]);
  expect(() => eachLayer(file({ heads: [2] }), "heads")).toThrow('"heads" lists 1 layers');

  expect(ggufDraftLayers(file({}))).toEqual([]);
  const [drafts] = ggufDraftLayers(file({ nextn_predict_layers: 1 }));
  expect(
    ["model.layers.3.mlp.up_proj.weight", "blk.3.nextn.eh_proj.weight"].every((name) =>
      drafts!.names.test(name),
    ),
  ).toBe(true);
  expect(drafts!.names.test("model.layers.2.mlp.up_proj.weight")).toBe(false);
});

test("layers of a mixture that have no router are dense", () => {
  const routers = {
    "blk.1.ffn_gate_inp.weight": [1],
    "blk.2.ffn_gate_inp.weight": [1],
    "blk.2.ffn_up_shexp.weight": [1, 2],
  };
  expect(ggufMixture(file({ expert_count: 8, expert_used_count: 2 }, routers))).toMatchObject({
    num_experts: 8,
    num_experts_per_tok: 2,
    mlp_only_layers: [0, 3],
    shared_expert_intermediate_size: 2,
  });
  expect(ggufMixture(file({}))).toEqual({});
});
