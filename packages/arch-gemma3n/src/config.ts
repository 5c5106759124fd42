import { type ConfigReader, EngineError } from "@engine/core";
import {
  type Activation,
  activation,
  type LayerRopes,
  layerRopes,
  layerWindows,
  type SharedCaches,
  sharedCaches,
} from "@engine/nn";

export interface Gemma3nConfig {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly eps: number;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly ropes: LayerRopes;
  /** Sliding window of each layer; undefined where it is a full one. */
  readonly windows: readonly (number | undefined)[];
  readonly owners: SharedCaches;
  /** Share of each layer's gates that is set to zero. */
  readonly sparsity: readonly number[];
  /** AltUp: parallel residual streams, and whether the corrected one is scaled. */
  readonly streams: number;
  readonly active: number;
  readonly correctScale: boolean;
  /** Width of a layer's embedding, and rows of their table. */
  readonly perLayer: number;
  readonly perLayerRows: number;
  /** Token ids past the text's vocabulary, each kind with a table of its own; none in models of text alone. */
  readonly media: readonly MediaIds[];
  readonly softcap?: number;
  readonly tied: boolean;
  readonly context?: number;
}

/** Ids from `begin` to `end`: rows of the table beside the tower `name`. */
export interface MediaIds {
  readonly name: "embed_vision" | "embed_audio";
  readonly begin: number;
  readonly end: number;
  readonly eps: number;
}

/** Reads config.json of the text model, alone or under `text_config`. */
export function parse(outer: ConfigReader): Gemma3nConfig {
  const config = outer.section("text_config") ?? outer;
  const layers = config.int("num_hidden_layers");
  const hidden = config.int("hidden_size");
  const heads = config.int("num_attention_heads");
  const headDim = config.int("head_dim", 256);
  const types =
    config.strings("layer_types") ??
    Array.from({ length: layers }, (_, i) => ((i + 1) % 5 ? "sliding_attention" : "full_attention"));
  const window = config.int("sliding_window", 512);
  return {
    layers,
    hidden,
    heads,
    kvHeads: config.int("num_key_value_heads", heads),
    eps: config.float("rms_norm_eps", 1e-6),
    bias: config.bool("attention_bias", false),
    activation: activation(config.string("hidden_activation", "gelu_pytorch_tanh"), config.where),
    ropes: layerRopes(config, { headDim: { full: headDim, sliding: headDim } }),
    windows: config.has("layer_types")
      ? layerWindows(config, layers, window)
      : types.map((type) => (type === "full_attention" ? undefined : window)),
    owners: sharedCaches(types, config.int("num_kv_shared_layers", 15)),
    sparsity: sparsityOf(config, layers),
    streams: config.int("altup_num_inputs", 4),
    active: config.int("altup_active_idx", 0),
    correctScale: config.bool("altup_correct_scale", true),
    perLayer: config.int("hidden_size_per_layer_input", 256),
    perLayerRows: config.int("vocab_size_per_layer_input", 262_144),
    media: [...mediaIds(outer, "vision", 262_144), ...mediaIds(outer, "audio", 262_144 + 128)],
    ...(config.has("final_logit_softcapping") && { softcap: config.float("final_logit_softcapping") }),
    tied: config.bool("tie_word_embeddings", outer.bool("tie_word_embeddings", true)),
    ...(config.has("max_position_embeddings") && { context: config.int("max_position_embeddings") }),
  };
}

/** One share for each layer, or one for all; without the key, transformers' own default. */
function sparsityOf(config: ConfigReader, layers: number): readonly number[] {
  const key = "activation_sparsity_pattern";
  const sparse = layers > 10 ? 10 : 0;
  if (!config.has(key)) return Array.from({ length: layers }, (_, i) => (i < sparse ? 0.95 : 0));
  const pattern = config.floats(key)!;
  if (pattern.length === layers && pattern.every((share) => share >= 0 && share < 1)) return pattern;
  throw new EngineError(
    "bad-config",
    `${config.where}: "${key}" must list ${layers} numbers from 0 to below 1, one for each layer.`,
  );
}

function mediaIds(outer: ConfigReader, kind: "vision" | "audio", first: number): MediaIds[] {
  const config = outer.section(`${kind}_config`);
  if (!config) return [];
  const begin = config.int("vocab_offset", first);
  const end = begin + config.int("vocab_size", 128);
  return [{ name: `embed_${kind}`, begin, end, eps: config.float("rms_norm_eps", 1e-6) }];
}
