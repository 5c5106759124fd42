import { AutoModel, type LoadOptions, type Model } from "@engine/auto";
import { backends } from "./backends.ts";
import { registry } from "./registry.ts";

/** `AutoModel.load` with the engine's own model families, and the first of its backends that runs here. */
export function load(path: string, options: LoadOptions = {}): Promise<Model> {
  const { registry: families = registry(), backend = backends() } = options;
  return AutoModel.load(path, { ...options, registry: families, backend });
}
