import type { Model, ModelFacts } from "../api/models.ts";

/** Where a model's memory goes, in bytes. */
export interface MemoryPart {
  readonly name: "weights" | "kv" | "activations";
  readonly bytes: number;
}

/** The parts of a loaded model that are known; none for a model that is not in memory. */
export function memoryParts(model: Model | undefined, facts: ModelFacts | undefined): MemoryPart[] {
  if (!model?.loaded) return [];
  const { weights, state } = model.loaded.memory;
  const parts: MemoryPart[] = [
    { name: "weights", bytes: weights },
    { name: "kv", bytes: state },
    { name: "activations", bytes: facts?.activations ?? 0 },
  ];
  return parts.filter(({ bytes }) => bytes > 0);
}
