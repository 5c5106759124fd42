import { resolve } from "node:path";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import {
  type ArchitectureFacts,
  architectureFacts,
  openForInspection,
  tokenizerFacts,
} from "../models/architecture-facts.ts";
import { extensions } from "../models/extensions.ts";
import { estimateMemory } from "../models/memory-estimate.ts";
import { metadataFacts } from "../models/metadata-facts.ts";
import { tensorFacts, totals } from "../models/tensor-facts.ts";
import { inspectText } from "./inspect-text.ts";
import type { InspectFlags, Inspection } from "./inspection.ts";

/** Contexts people compare; the model's own comes last. */
const CONTEXTS = [4096, 32_768];
/** Number formats of keys and values people compare. */
const KV_TYPES = ["f32", "f16", "int8"] as const;

export async function inspect(
  io: Io,
  { model: path, flags }: { readonly model: string; readonly flags: InspectFlags },
): Promise<number> {
  const { checkpoint, source } = await openForInspection(path);
  try {
    const tensors = tensorFacts(source);
    const weights = totals(tensors);
    const found = await extensions(flags.plugin);
    const facts: ArchitectureFacts = checkpoint
      ? await architectureFacts(checkpoint, found)
      : { layers: [], parts: [], unread: [] };
    const { config: json = checkpoint?.config ?? {}, ...told } = facts;
    const config = json as Readonly<Record<string, unknown>>;
    const inspection: Inspection = {
      path: resolve(checkpoint?.gguf ? checkpoint.configPath : (checkpoint?.folder ?? path)),
      files: source.files.map((file) => ({ path: file.path, bytes: file.bytes })),
      ...told,
      ...(typeof config.model_type === "string" && { modelType: config.model_type }),
      ...(checkpoint?.gguf && { metadata: metadataFacts(checkpoint.gguf.metadata) }),
      weights,
      ...(checkpoint && {
        config,
        tokenizer: await tokenizerFacts(checkpoint),
        eosTokenIds: checkpoint.generationConfig.eosTokenIds,
      }),
      memory: await estimateMemory(path, found, {
        contexts: contexts(facts, flags.context),
        kv: flags.kv ? [flags.kv] : KV_TYPES,
        memoryBudget: flags.memoryBudget,
        backend: flags.backend,
      }),
      tensors,
    };
    io.stdout.write(flags.json ? `${JSON.stringify(inspection)}\n` : inspectText(io, inspection, flags));
    return EXIT.done;
  } finally {
    await source.close();
  }
}

function contexts({ layers, context }: ArchitectureFacts, asked: number | undefined): number[] {
  if (layers.length === 0) return [];
  if (asked !== undefined) return [asked];
  if (context === undefined) return CONTEXTS;
  return [...CONTEXTS.filter((tokens) => tokens < context), context];
}
