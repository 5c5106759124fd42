import { type ConfigReader, EngineError } from "@engine/core";
import { type Activation, activation } from "./gated-mlp.ts";
import { type RopeConfig, ropeConfig } from "./rope-config.ts";

/** What most decoder-only families share, under their usual keys. */
export interface DecoderConfig {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly eps: number;
  readonly activation: Activation;
  readonly rope: RopeConfig;
  readonly tied: boolean;
  /** Longest text the model was made for. */
  readonly context?: number;
}

export interface DecoderDefaults {
  readonly eps?: number;
  readonly theta?: number;
  readonly tied?: boolean;
  /** Share of each head's channels that turn. */
  readonly partialRotary?: number;
  /** Whether neighbouring channels turn together, where the config does not say. */
  readonly interleaved?: boolean;
}

/** Reads the shared keys; null and absent keys take transformers' defaults. */
export function decoderConfig(config: ConfigReader, defaults: DecoderDefaults = {}): DecoderConfig {
  const hidden = positive(config, "hidden_size");
  const heads = positive(config, "num_attention_heads");
  const kvHeads = positive(config, "num_key_value_heads", heads);
  const headDim = positive(config, "head_dim", Math.floor(hidden / heads));
  if (heads % kvHeads !== 0) {
    throw new EngineError(
      "bad-config",
      `${config.where}: "num_attention_heads" (${heads}) must be a multiple of "num_key_value_heads" (${kvHeads}).`,
    );
  }
  return {
    layers: positive(config, "num_hidden_layers"),
    heads,
    kvHeads,
    headDim,
    eps: config.float("rms_norm_eps", defaults.eps ?? 1e-6),
    activation: activation(config.string("hidden_act", "silu"), config.where),
    rope: ropeConfig(config, { headDim, ...defaults }),
    tied: config.bool("tie_word_embeddings", defaults.tied ?? false),
    ...(config.has("max_position_embeddings") && { context: positive(config, "max_position_embeddings") }),
  };
}

function positive(config: ConfigReader, key: string, fallback?: number): number {
  const value = config.int(key, fallback);
  if (value > 0) return value;
  throw new EngineError("bad-config", `${config.where}: "${key}" must be at least 1, but is ${value}.`);
}
