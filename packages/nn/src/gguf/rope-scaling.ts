import { EngineError, type GgufFacts } from "@engine/core";

type Scaling = Readonly<Record<string, unknown>>;

/** `rope_scaling` as config.json would have it; undefined where the rotation is plain. Throws `unsupported`. */
export async function ggufRopeScaling(file: GgufFacts): Promise<Scaling | undefined> {
  const { own } = file;
  const type = own.string("rope.scaling.type", "none");
  switch (type) {
    case "linear":
      return { rope_type: "linear", factor: own.float("rope.scaling.factor") };
    case "yarn":
      return yarn(file);
    case "longrope":
      return longrope(file);
    case "none":
      return fixedFactors(file);
    default:
      throw new EngineError(
        "unsupported",
        `${own.where}: the rope scaling "${type}" is not one of none, linear, yarn, longrope.`,
      );
  }
}

function yarn({ own }: GgufFacts): Scaling {
  const optional = (name: string, key: string): Scaling =>
    own.has(`rope.scaling.${key}`) ? { [name]: own.float(`rope.scaling.${key}`) } : {};
  // Only one of the two multipliers is stored; models that have them have them equal.
  const both = own.float("rope.scaling.yarn_log_multiplier", 0);
  return {
    rope_type: "yarn",
    factor: own.float("rope.scaling.factor"),
    original_max_position_embeddings: own.int("rope.scaling.original_context_length"),
    ...optional("beta_fast", "yarn_beta_fast"),
    ...optional("beta_slow", "yarn_beta_slow"),
    ...optional("attention_factor", "yarn_attn_factor"),
    ...(both !== 0 && { mscale: both, mscale_all_dim: both }),
  };
}

async function longrope(file: GgufFacts): Promise<Scaling> {
  const [short, long] = await Promise.all(
    ["rope_factors_short.weight", "rope_factors_long.weight"].map((name) => file.values(name)),
  );
  if (!short || !long) {
    throw new EngineError(
      "unsupported",
      `${file.own.where}: says that it is scaled by longrope, but holds no rope_factors_short and rope_factors_long. Convert the model again.`,
    );
  }
  const { own } = file;
  return {
    rope_type: "longrope",
    short_factor: short,
    long_factor: long,
    original_max_position_embeddings: own.int("rope.scaling.original_context_length"),
    factor: own.float("rope.scaling.factor", 1),
    ...(own.has("rope.scaling.attn_factor") && { attention_factor: own.float("rope.scaling.attn_factor") }),
  };
}

/** Llama 3.1: what its scaling comes to, one divisor for each pair, whatever the text's length. */
async function fixedFactors(file: GgufFacts): Promise<Scaling | undefined> {
  const factors = await file.values("rope_freqs.weight");
  if (!factors) return undefined;
  return {
    rope_type: "longrope",
    short_factor: factors,
    long_factor: factors,
    original_max_position_embeddings: file.own.int("context_length"),
    attention_factor: 1,
    factor: 1,
  };
}
