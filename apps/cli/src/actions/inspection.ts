import type { CacheDType } from "@engine/core";
import type { ArchitectureFacts, TokenizerFacts } from "../models/architecture-facts.ts";
import type { MemoryEstimate } from "../models/memory-estimate.ts";
import type { TensorFacts, totals } from "../models/tensor-facts.ts";

export interface InspectFlags {
  readonly tensors?: boolean;
  readonly context?: number;
  readonly kv?: CacheDType;
  /** Bytes. */
  readonly memoryBudget?: number;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What `inspect --json` prints. Absent members are not known: without a config.json there are only tensors. */
export interface Inspection
  extends Partial<Omit<ArchitectureFacts, "layers" | "parts" | "unread" | "config">> {
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly modelType?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Of a GGUF file; long lists as their number of items. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly weights: ReturnType<typeof totals>;
  readonly layers: ArchitectureFacts["layers"];
  readonly parts: ArchitectureFacts["parts"];
  readonly unread: readonly string[];
  readonly tokenizer?: TokenizerFacts | string;
  readonly eosTokenIds?: readonly number[];
  readonly memory: readonly MemoryEstimate[];
  readonly tensors: readonly TensorFacts[];
}
