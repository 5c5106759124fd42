import { resolve } from "node:path";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import {
  type ArchitectureFacts,
  architectureFacts,
  openForInspection,
  type TokenizerFacts,
  tokenizerFacts,
} from "../models/architecture-facts.ts";
import { extensions } from "../models/extensions.ts";
import { estimateMemory, type MemoryEstimate } from "../models/memory-estimate.ts";
import { type TensorFacts, tensorFacts, totals } from "../models/tensor-facts.ts";
import { inspectText } from "./inspect-text.ts";

export interface InspectFlags {
  readonly tensors?: boolean;
  readonly context?: number;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What `inspect --json` prints. Absent members are not known: without a config.json there are only tensors. */
export interface Inspection extends Partial<Omit<ArchitectureFacts, "layers" | "parts" | "unread">> {
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly modelType?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly weights: ReturnType<typeof totals>;
  readonly layers: ArchitectureFacts["layers"];
  readonly parts: ArchitectureFacts["parts"];
  readonly unread: readonly string[];
  readonly tokenizer?: TokenizerFacts | string;
  readonly eosTokenIds?: readonly number[];
  readonly memory: readonly MemoryEstimate[];
  readonly tensors: readonly TensorFacts[];
}

/** Contexts people compare; the model's own comes last. */
const CONTEXTS = [4096, 32_768];

export async function inspect(
  io: Io,
  { model: path, flags }: { readonly model: string; readonly flags: InspectFlags },
): Promise<number> {
  const { checkpoint, source } = await openForInspection(path);
  try {
    const tensors = tensorFacts(source);
    const weights = totals(tensors);
    const { registry, plugins } = await extensions(flags.plugin);
    const facts: ArchitectureFacts = checkpoint
      ? await architectureFacts(checkpoint, { registry, plugins })
      : { layers: [], parts: [], unread: [] };
    const config = (checkpoint?.config ?? {}) as Readonly<Record<string, unknown>>;
    const inspection: Inspection = {
      path: resolve(checkpoint?.folder ?? path),
      files: source.files.map((file) => ({ path: file.path, bytes: file.bytes })),
      ...facts,
      ...(typeof config.model_type === "string" && { modelType: config.model_type }),
      weights,
      ...(checkpoint && {
        config,
        tokenizer: await tokenizerFacts(checkpoint.folder),
        eosTokenIds: checkpoint.generationConfig.eosTokenIds,
      }),
      memory: await Promise.all(
        contexts(facts, flags.context).map((context) => estimateMemory(path, { registry, plugins, context })),
      ),
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
