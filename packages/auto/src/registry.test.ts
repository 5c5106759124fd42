import { llama } from "@engine/arch-llama";
import { type Architecture, capture } from "@engine/core";
import { describe, expect, test } from "vitest";
import { Registry } from "./registry.ts";

const other: Architecture = {
  ...(llama as Architecture),
  name: "other",
  modelTypes: ["other", "other_text"],
  classes: ["OtherForCausalLM"],
};
const registry = new Registry([llama, other]);

test.each<[unknown, string, string]>([
  [{ model_type: "mistral" }, "llama", "config.json"],
  [{ model_type: "other", architectures: ["LlamaForCausalLM"] }, "other", "config.json"],
  [{ model_type: "vision", text_config: { model_type: "other_text" } }, "other", "config.json: text_config"],
  [{ architectures: ["OtherForCausalLM"] }, "other", "config.json"],
  [{ model_type: "mine", architectures: ["X", "OtherForCausalLM"] }, "other", "config.json"],
  [{ model_type: null, architectures: ["OtherForCausalLM"] }, "other", "config.json"],
])("%j is read by %s", (config, name, where) => {
  const found = registry.resolve(config);
  expect(found.architecture.name).toBe(name);
  expect(found.config.where).toBe(where);
});

test("an unknown one lists what there is and how to add it", () => {
  expect(() =>
    registry.resolve({ model_type: "olmo2", architectures: ["Olmo2ForCausalLM"] }, "a/config.json"),
  ).toThrow(
    'a/config.json: model_type "olmo2", architecture "Olmo2ForCausalLM": no registered architecture reads it. Registered: llama (llama, mistral, ministral, ministral3), other (other, other_text). Add one with --plugin FILE',
  );
  expect(() => new Registry().resolve({})).toThrow("names no model_type and no architectures");
  expect(() => new Registry().resolve({ model_type: "x" })).toThrow("Registered: none");
  expect(registry.find({ model_type: "olmo2" })).toBeUndefined();
});

test("a config that is none is refused", () => {
  expect(() => registry.resolve([])).toThrow("must hold an object");
  expect(() => registry.resolve({ model_type: 3 })).toThrow('"model_type" must be a string');
});

describe("registering", () => {
  test("another api level names both", () => {
    const next = { ...llama, api: 2 } as unknown as Architecture;
    expect(() => new Registry([next])).toThrow(
      '"llama" is made for api level 2, but this engine has level 1',
    );
    expect(() => new Registry([{} as Architecture])).toThrow("is made for api level undefined");
  });

  test("an incomplete one names what is missing", () => {
    const { forward: _, ...rest } = llama;
    const broken = { ...rest, modelTypes: "llama" } as unknown as Architecture;
    expect(() => new Registry([broken])).toThrow(
      "modelTypes must be a list of texts; forward must be a function",
    );
  });

  test("two with one name or one model type are refused, and the first stays", () => {
    const one = new Registry([llama]);
    expect(() => one.register(llama)).toThrow('claims the name "llama"');
    expect(() => one.register({ ...other, modelTypes: ["x", "mistral"] })).toThrow(
      'claims model_type "mistral"',
    );
    expect(one.architectures).toEqual([llama]);
    expect(one.register(other).architectures).toHaveLength(2);
  });

  test("a copy goes its own way", () => {
    const one = new Registry([llama]);
    one.copy().register(other);
    expect(one.architectures).toHaveLength(1);
  });
});

test("what is resolved can be captured", () => {
  const { architecture, config } = registry.resolve({
    model_type: "llama",
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    vocab_size: 4,
  });
  const source = { names: () => [], describe: () => undefined };
  expect(() => capture(architecture, architecture.parse(config), source)).toThrow(
    'no weight "model.embed_tokens.weight"',
  );
});
