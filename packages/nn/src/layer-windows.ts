import { type ConfigReader, EngineError } from "@engine/core";

/** The sliding window of each layer: undefined where it sees everything. `layer_types` decides, where it is given. */
export function layerWindows(
  config: ConfigReader,
  layers: number,
  window: number | undefined,
): readonly (number | undefined)[] {
  const types = config.strings("layer_types");
  if (!types) return new Array<number | undefined>(layers).fill(window);
  if (types.length !== layers) {
    throw new EngineError(
      "bad-config",
      `${config.where}: "layer_types" lists ${types.length} layers, but the model has ${layers}.`,
    );
  }
  return types.map((type) => {
    if (type === "full_attention") return undefined;
    if (type === "sliding_attention" && window !== undefined) return window;
    const met = type === "sliding_attention" ? `"sliding_attention" without "sliding_window"` : `"${type}"`;
    throw new EngineError(
      "bad-config",
      `${config.where}: "layer_types" holds ${met}; this family knows full_attention and sliding_attention.`,
    );
  });
}
