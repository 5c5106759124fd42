import { openTokenizer, resolveModel } from "@engine/auto";
import { capture, EngineError } from "@engine/core";
import { type Checkpoint, openCheckpoint, openSafetensors } from "@engine/loader";
import type { Extensions } from "./extensions.ts";
import { type LayerFacts, layerFacts } from "./layer-facts.ts";
import { tensorFacts } from "./tensor-facts.ts";
import { type WeightPart, weightParts } from "./weight-parts.ts";

/** What an architecture makes of a checkpoint; or why it cannot. */
export interface ArchitectureFacts {
  readonly architecture?: string;
  readonly context?: number | undefined;
  readonly vocabulary?: number;
  /** config.json, or what a GGUF file's metadata come to. */
  readonly config?: unknown;
  readonly layers: readonly LayerFacts[];
  /** Parameters and bytes by what the model uses them for. */
  readonly parts: readonly WeightPart[];
  /** Tensors of the files that the architecture does not read. */
  readonly unread: readonly string[];
  readonly problem?: string;
}

export async function architectureFacts(
  checkpoint: Checkpoint,
  { registry, plugins }: Pick<Extensions, "registry" | "plugins">,
): Promise<ArchitectureFacts> {
  const none = { layers: [], parts: [], unread: [] };
  try {
    const resolved = await resolveModel(checkpoint, { registry, plugins });
    const { architecture, config: reader, source } = resolved;
    const config = architecture.parse(reader);
    const named = {
      architecture: architecture.name,
      context: architecture.context(config),
      config: resolved.json,
    };
    try {
      const graph = capture(architecture, config, source);
      const read = new Set(
        graph.nodes.map(({ op, attrs }) => (op.name === "weight" ? attrs.name : undefined)),
      );
      return {
        ...named,
        vocabulary: Number(graph.outputs.logits!.shape[1]),
        layers: layerFacts(graph),
        parts: weightParts(graph, tensorFacts(source), architecture),
        unread: [...source.names()].filter((name) => !read.has(name)),
      };
    } catch (error) {
      return { ...named, ...none, problem: messageOf(error) };
    }
  } catch (error) {
    return { ...none, problem: messageOf(error) };
  }
}

export interface TokenizerFacts {
  readonly tokens: number;
  readonly chatTemplate: boolean;
}

/** The model's tokenizer, or the sentence that says why there is none. */
export async function tokenizerFacts(checkpoint: Checkpoint): Promise<TokenizerFacts | string> {
  const tokenizer = await openTokenizer(checkpoint);
  if (EngineError.isInstance(tokenizer)) return tokenizer.message;
  return { tokens: tokenizer.vocabSize, chatTemplate: tokenizer.hasChatTemplate };
}

/** A whole checkpoint, or weights that lie somewhere without a config.json. */
export async function openForInspection(
  path: string,
): Promise<{ readonly checkpoint?: Checkpoint; readonly source: Checkpoint["source"] }> {
  try {
    const checkpoint = await openCheckpoint(path);
    return { checkpoint, source: checkpoint.source };
  } catch (error) {
    if (!EngineError.isInstance(error) || !["missing-file", "bad-option"].includes(error.code)) throw error;
    const source = await openSafetensors(path).catch(() => undefined);
    if (!source) throw error;
    return { source };
  }
}

function messageOf(error: unknown): string {
  if (EngineError.isInstance(error)) return error.message;
  throw error;
}
