import {
  type Architecture,
  type ConfigReader,
  EngineError,
  type Step,
  sigmoid,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  gatedMlp,
  languageHead,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
  towers,
} from "@engine/nn";
import { type DeltaNet, deltaNetConfig, gatedDeltaNet } from "./gated-delta-net.ts";
import { qwenNextGguf } from "./gguf.ts";
import { type SparseMlp, sparseLayers, sparseMlp } from "./sparse-mlp.ts";

interface QwenNextConfig extends DecoderConfig {
  /** Whether each layer attends over keys and values, or keeps a recurrent state. */
  readonly attends: readonly boolean[];
  readonly bias: boolean;
  readonly delta: DeltaNet;
  readonly sparse: readonly (SparseMlp | undefined)[];
}

function parse(outer: ConfigReader): QwenNextConfig {
  const config = outer.section("text_config") ?? outer;
  const shared = decoderConfig(config, {
    partialRotary: 0.25,
    tied: outer.bool("tie_word_embeddings", false),
  });
  return {
    ...shared,
    attends: attendingLayers(config, shared.layers),
    bias: config.bool("attention_bias", false),
    delta: deltaNetConfig(config),
    sparse: sparseLayers(config, shared.layers, {
      mixture: config.int("num_experts", 0) > 0,
      renormalise: true,
    }),
  };
}

/** `layer_types`, else every `full_attention_interval`th layer attends. */
function attendingLayers(config: ConfigReader, layers: number): boolean[] {
  const interval = config.int("full_attention_interval", 4);
  const types =
    config.strings("layer_types") ??
    Array.from({ length: layers }, (_, i) => ((i + 1) % interval ? "linear_attention" : "full_attention"));
  const known = ["linear_attention", "full_attention"];
  if (types.length === layers && types.every((type) => known.includes(type)))
    return types.map((type) => type === "full_attention");
  throw new EngineError(
    "bad-config",
    `${config.where}: "layer_types" must list ${layers} of ${known.join(", ")}, but lists ${types.join(", ")}.`,
  );
}

/** Attention whose output a gate, projected beside each head's query, lets through. */
function gatedAttention(
  x: Tensor,
  w: Weights,
  c: QwenNextConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  const normed = (y: Tensor, name: string): Tensor => rmsNorm(y, w.at(name), c.eps, { plusOne: true });
  const both = project("q_proj", c.heads);
  const q = rope(normed(both.slice(2, 0, c.headDim), "q_norm"), angles);
  const gate = both.slice(2, c.headDim, 2 * c.headDim).merge();
  const k = rope(normed(project("k_proj", c.kvHeads), "k_norm"), angles);
  const cache = step.cache(layer).append(k, project("v_proj", c.kvHeads));
  const mixed = attention(q, cache.tensor, { scale: c.headDim ** -0.5 }).merge();
  return linear(mixed.mul(sigmoid(gate)), w.at("o_proj"), { bias: c.bias });
}

/** Qwen 3 Next and Qwen 3.5: three layers of the gated delta rule for each that attends; norms stored around zero. */
export const qwenNext: Architecture<QwenNextConfig> = {
  api: 1,
  name: "qwen-next",
  modelTypes: ["qwen3_next", "qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text"],
  classes: [
    "Qwen3NextForCausalLM",
    "Qwen3_5ForCausalLM",
    "Qwen3_5ForConditionalGeneration",
    "Qwen3_5MoeForCausalLM",
    "Qwen3_5MoeForConditionalGeneration",
  ],
  gguf: qwenNextGguf,
  parse,
  ignores: [rotaryBuffers, towers, { names: /^mtp\./, reason: "drafting heads are not used yet" }],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, { ...c, plusOne: true }, (x, w, i) => {
      const normed = (y: Tensor, name: string): Tensor => rmsNorm(y, w.at(name), c.eps, { plusOne: true });
      const before = normed(x, "input_layernorm");
      const mixed = c.attends[i]
        ? gatedAttention(before, w.at("self_attn"), c, step, angles, i)
        : gatedDeltaNet(before, w.at("linear_attn"), { ...c.delta, eps: c.eps }, i);
      const y = x.add(mixed);
      const after = normed(y, "post_attention_layernorm");
      const sparse = c.sparse[i];
      const mlp = w.at("mlp");
      return y.add(
        sparse
          ? sparseMlp(after, mlp, sparse, c.activation)
          : gatedMlp(after, mlp, { activation: c.activation }),
      );
    });
    return languageHead(last, weights, c);
  },
};
