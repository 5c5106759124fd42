import { compile } from "@engine/compiler";
import { type Activations, capture, type Device, type Program, type WeightSource } from "@engine/core";
import { registry, resolveModel } from "@engine/engine";
import { openCheckpoint } from "@engine/loader";

export interface ModelProgram {
  readonly program: Program;
  /** The weights; closing it closes the model's files. */
  readonly source: WeightSource;
}

/** Reads the headers of a model, a folder or a GGUF file, and compiles it for a device: no weight is read, and no tokenizer. */
export async function modelProgram(
  model: string,
  device: Device,
  {
    maxTokens,
    activations,
    rows = 1,
  }: { readonly maxTokens: number; readonly activations: Activations; readonly rows?: number },
): Promise<ModelProgram> {
  const { architecture, config, source } = await resolveModel(await openCheckpoint(model), {
    registry: registry(),
  });
  const graph = capture(architecture, architecture.parse(config), source);
  const limits = { maxTokens, maxRows: rows, maxSequences: rows, kv: "f32", activations } as const;
  return { program: compile(graph, source, device, limits), source };
}
