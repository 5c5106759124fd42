import type { ConfigReader } from "@engine/core";
import { layerWindows } from "@engine/nn";

/** `sliding_window` counts only with `use_sliding_window`; then layers from `max_window_layers` on slide, unless `layer_types` says which. */
export function qwenWindows(config: ConfigReader, layers: number): readonly (number | undefined)[] {
  const slides = config.bool("use_sliding_window", false) && config.has("sliding_window");
  if (!slides) return new Array<undefined>(layers).fill(undefined);
  const window = config.int("sliding_window");
  if (config.has("layer_types")) return layerWindows(config, layers, window);
  const first = config.int("max_window_layers", 28);
  return Array.from({ length: layers }, (_, i) => (i >= first ? window : undefined));
}
