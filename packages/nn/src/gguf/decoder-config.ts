import { EngineError, type GgufFacts, type IgnoredWeights } from "@engine/core";
import { ggufRopeScaling } from "./rope-scaling.ts";

const MOST_DRAFTS = 64;

export type GgufConfig = Readonly<Record<string, unknown>>;

/** The keys of `decoderConfig`, and rotation, from a file's metadata. */
export async function ggufDecoderConfig(file: GgufFacts): Promise<GgufConfig> {
  const { own } = file;
  const hidden = own.int("embedding_length");
  const heads = own.int("attention.head_count");
  const headDim = own.int("attention.key_length", Math.floor(hidden / Math.max(heads, 1)));
  const scaling = await ggufRopeScaling(file);
  return {
    hidden_size: hidden,
    num_hidden_layers: ggufLayers(file),
    num_attention_heads: heads,
    num_key_value_heads: own.int("attention.head_count_kv", heads),
    head_dim: headDim,
    rms_norm_eps: own.float("attention.layer_norm_rms_epsilon"),
    rope_theta: own.float("rope.freq_base", 10_000),
    partial_rotary_factor: own.int("rope.dimension_count", headDim) / headDim,
    ...(scaling && { rope_scaling: scaling }),
    tie_word_embeddings: !hasTensor(file, "output.weight"),
    ...(own.has("context_length") && { max_position_embeddings: own.int("context_length") }),
  };
}

/** Layers without those that only draft tokens. */
export function ggufLayers({ own }: GgufFacts): number {
  return Math.max(0, own.int("block_count") - own.int("nextn_predict_layers", 0));
}

/** The layers that only draft tokens, which come last. */
export function ggufDraftLayers(file: GgufFacts): readonly IgnoredWeights[] {
  const layers = ggufLayers(file);
  const drafts = file.own.int("nextn_predict_layers", 0);
  if (drafts === 0 || drafts > MOST_DRAFTS) return [];
  const numbers = Array.from({ length: drafts }, (_, i) => layers + i).join("|");
  return [
    {
      names: new RegExp(`^(model\\.layers|blk)\\.(${numbers})\\.`),
      reason: "drafting heads are not used yet",
    },
  ];
}

export function hasTensor(file: GgufFacts, name: string): boolean {
  return file.shape(name) !== undefined;
}

/** The keys of mixtures of experts; layers without a router are dense. Empty for dense models. */
export function ggufMixture(file: GgufFacts): GgufConfig {
  const experts = file.own.int("expert_count", 0);
  if (experts === 0) return {};
  const layers = Array.from({ length: ggufLayers(file) }, (_, i) => i);
  const shared = layers.map((i) => file.shape(`blk.${i}.ffn_up_shexp.weight`)?.[0]).find(Boolean);
  return {
    num_experts: experts,
    num_local_experts: experts,
    num_experts_per_tok: file.own.int("expert_used_count"),
    mlp_only_layers: layers.filter((i) => !hasTensor(file, `blk.${i}.ffn_gate_inp.weight`)),
    shared_expert_intermediate_size: shared ?? 0,
  };
}

/** For each layer "sliding_attention" or "full_attention"; `pattern` is a list, or every how many layers one is full. */
export function ggufLayerTypes(file: GgufFacts, every: number): string[] {
  const layers = ggufLayers(file);
  const key = "attention.sliding_window_pattern";
  const list = file.isList(key) ? file.own.floats(key)! : undefined;
  if (list && list.length < layers) {
    throw new EngineError(
      "bad-config",
      `${file.own.where}: "${key}" lists ${list.length} layers, but the model has ${layers}.`,
    );
  }
  const period = list ? every : file.own.int(key, every);
  return Array.from({ length: layers }, (_, i) =>
    (list ? list[i] !== 0 : period === 0 || (i + 1) % period !== 0) ? "sliding_attention" : "full_attention",
  );
}

/** A number for all layers, or a list of one for each. */
export function eachLayer(file: GgufFacts, key: string): readonly number[] {
  const layers = ggufLayers(file);
  const list = file.isList(key) ? file.own.floats(key)! : new Array<number>(layers).fill(file.own.int(key));
  if (list.length >= layers) return list.slice(0, layers);
  throw new EngineError(
    "bad-config",
    `${file.own.where}: "${key}" lists ${list.length} layers, but the model has ${layers}.`,
  );
}
