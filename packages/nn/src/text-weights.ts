import type { Weights } from "@engine/core";

/** Where published checkpoints keep a text model: alone, inside a multimodal one, and as older and faulty savers nested it. */
const PREFIXES = [
  "model",
  "model.language_model",
  "language_model.model",
  "language_model",
  "model.language_model.model",
  "transformer",
];

/** The scope that holds the text model: the first whose embedding table is there. */
export function textWeights(weights: Weights, table = "embed_tokens"): Weights {
  const found = PREFIXES.find((prefix) => weights.at(prefix).at(table).has());
  return weights.at(found ?? "model");
}
