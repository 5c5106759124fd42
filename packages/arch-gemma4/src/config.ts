import { type ConfigReader, configReader, EngineError } from "@engine/core";
import { type Activation, activation, type LayerRopes, layerRopes, sharedCaches } from "@engine/nn";

/** What differs from layer to layer. */
export interface Gemma4Layer {
  readonly kind: "full" | "sliding";
  readonly headDim: number;
  readonly kvHeads: number;
  readonly window?: number;
  /** Rows of an image see each other; the number is the longest image's. */
  readonly blocks?: number;
  /** Layer whose keys and values it reads; its own index where it has some. */
  readonly owner: number;
  /** The values are the keys before their norm and rotation. */
  readonly keyIsValue: boolean;
}

export interface Gemma4Config {
  readonly layers: readonly Gemma4Layer[];
  readonly hidden: number;
  readonly heads: number;
  readonly eps: number;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly ropes: LayerRopes;
  /** Width of the per-layer embeddings; 0 without. */
  readonly perLayer: number;
  readonly moe?: { readonly experts: number; readonly k: number };
  readonly softcap?: number;
  /** Ids that stand for images, sound and video, whose embeddings are given: without any they embed as padding. */
  readonly placeholders: readonly number[];
  readonly padding: number;
  readonly tied: boolean;
  readonly context?: number;
}

const PROPORTIONAL = configReader(
  { rope_type: "proportional", partial_rotary_factor: 0.25, rope_theta: 1e6 },
  "Gemma 4's default rope",
);

/** Reads config.json of the text model, alone or under `text_config`. */
export function parse(outer: ConfigReader): Gemma4Config {
  const config = outer.section("text_config") ?? outer;
  const layers = layerTable(config, longestImage(outer, config));
  const dimOf = (kind: string): number => (layers.find((layer) => layer.kind === kind) ?? layers[0]!).headDim;
  return {
    layers,
    hidden: config.int("hidden_size"),
    heads: config.int("num_attention_heads"),
    eps: config.float("rms_norm_eps", 1e-6),
    bias: config.bool("attention_bias", false),
    activation: activation(config.string("hidden_activation", "gelu_pytorch_tanh"), config.where),
    ropes: layerRopes(config, {
      headDim: { full: dimOf("full"), sliding: dimOf("sliding") },
      full: PROPORTIONAL,
    }),
    perLayer: config.int("hidden_size_per_layer_input", 0),
    ...(config.bool("enable_moe_block", false) && {
      moe: { experts: config.int("num_experts"), k: config.int("top_k_experts") },
    }),
    ...(config.has("final_logit_softcapping") && { softcap: config.float("final_logit_softcapping") }),
    placeholders: ["image_token_id", "audio_token_id", "video_token_id"]
      .filter((key) => outer.has(key))
      .map((key) => outer.int(key)),
    padding: config.int("pad_token_id", 0),
    tied: config.bool("tie_word_embeddings", outer.bool("tie_word_embeddings", true)),
    ...(config.has("max_position_embeddings") && { context: config.int("max_position_embeddings") }),
  };
}

/** Soft tokens of an image, where they see each other; the published processor gives at most 280 unless asked for more. */
function longestImage(outer: ConfigReader, config: ConfigReader): number | undefined {
  const key = "use_bidirectional_attention";
  const unstated = config.string("model_type", "") === "gemma4_unified_text" && !config.mentions(key);
  const seen = config.string(key, unstated ? "vision" : "");
  if (seen === "vision") return outer.int("vision_soft_tokens_per_image", 280);
  if (seen === "") return undefined;
  throw new EngineError(
    "unsupported",
    `${config.where}: "${key}" is "${seen}", which makes an encoder of the model; "vision" and null are read.`,
  );
}

function layerTable(config: ConfigReader, blocks: number | undefined): Gemma4Layer[] {
  const count = config.int("num_hidden_layers");
  const types = [
    ...(config.strings("layer_types") ??
      Array.from({ length: count }, (_, i) => ((i + 1) % 6 ? "sliding_attention" : "full_attention"))),
  ];
  if (types.length !== count || count === 0) {
    throw new EngineError(
      "bad-config",
      `${config.where}: "layer_types" lists ${types.length} layers, but "num_hidden_layers" is ${count}.`,
    );
  }
  types[count - 1] = "full_attention";
  const owners = sharedCaches(types, config.int("num_kv_shared_layers", 0));
  const keyIsValue = config.bool("attention_k_eq_v", false);
  const overrides = config.section("per_layer_config");
  return types.map((type, i) => {
    if (type !== "full_attention" && type !== "sliding_attention") {
      throw new EngineError(
        "bad-config",
        `${config.where}: "layer_types" holds "${type}"; Gemma 4 knows full_attention and sliding_attention.`,
      );
    }
    const full = type === "full_attention";
    const own = overrides?.section(String(i));
    const globalHeads = full && keyIsValue && config.has("num_global_key_value_heads");
    const headDim = full
      ? config.int("global_head_dim", overrides ? config.int("head_dim") : 512)
      : config.int("head_dim");
    return {
      kind: full ? "full" : "sliding",
      headDim: own?.int("head_dim", headDim) ?? headDim,
      kvHeads: own?.has("num_key_value_heads")
        ? own.int("num_key_value_heads")
        : config.int(globalHeads ? "num_global_key_value_heads" : "num_key_value_heads"),
      ...(!full && { window: config.int("sliding_window"), ...(blocks && { blocks }) }),
      owner: owners[i]!,
      keyIsValue: full && keyIsValue,
    };
  });
}
