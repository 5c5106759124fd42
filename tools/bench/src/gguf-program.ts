import { compile } from "@engine/compiler";
import { type Activations, capture, type Device, type Program, type WeightSource } from "@engine/core";
import { registry, resolveModel } from "@engine/engine";
import { openCheckpoint } from "@engine/loader";

export interface GgufProgram {
  readonly program: Program;
  readonly source: WeightSource;
  close(): Promise<void>;
}

/** Reads a file's header and compiles it for a device: no weight is read, and no tokenizer. */
export async function ggufProgram(
  file: string,
  device: Device,
  {
    maxTokens,
    activations,
    rows = 1,
  }: { readonly maxTokens: number; readonly activations: Activations; readonly rows?: number },
): Promise<GgufProgram> {
  const checkpoint = await openCheckpoint(file);
  if (!checkpoint.gguf) throw new Error(`${file} is no GGUF file.`);
  const { architecture, config, source } = await resolveModel(checkpoint, { registry: registry() });
  const graph = capture(architecture, architecture.parse(config), source);
  const limits = { maxTokens, maxRows: rows, maxSequences: rows, kv: "f32", activations } as const;
  const program = compile(graph, source, device, limits);
  return { program, source, close: () => checkpoint.gguf!.close() };
}
