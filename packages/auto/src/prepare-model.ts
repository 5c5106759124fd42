import { freemem } from "node:os";
import { basename, resolve } from "node:path";
import { capture, type Device, EngineError, type Graph } from "@engine/core";
import { type Checkpoint, openCheckpoint } from "@engine/loader";
import type { PlanOptions } from "@engine/runtime";
import type { Tokenizer } from "@engine/tokenizer";
import type { LoadOptions } from "./load-options.ts";
import { openTokenizer } from "./open-tokenizer.ts";
import { processBytes, trimProcess } from "./process-bytes.ts";
import { Registry } from "./registry.ts";
import { type ResolvedModel, resolveModel } from "./resolve-model.ts";

/** All that is known of a model from its files' headers, before a device is asked. Close `checkpoint.source` when done. */
export interface PreparedModel extends ResolvedModel {
  readonly checkpoint: Checkpoint;
  readonly graph: Graph;
  /** Captured with the trace of the last hidden states. */
  readonly embedGraph: () => Graph;
  /** Longest text the model was made for. */
  readonly modelContext: number | undefined;
  readonly tokenizer: Tokenizer | EngineError;
}

export async function prepareModel(path: string, options: LoadOptions): Promise<PreparedModel> {
  const checkpoint = await openCheckpoint(path, options);
  try {
    const { registry = new Registry(), plugins, taps = [] } = options;
    const resolved = await resolveModel(checkpoint, { registry, plugins });
    const { architecture, config, source } = resolved;
    const parsed = architecture.parse(config);
    const graph = capture(architecture, parsed, source, { taps });
    const tokenizer = options.tokenizer === false ? leftOut(path) : await openTokenizer(checkpoint);
    return {
      ...resolved,
      checkpoint,
      graph,
      embedGraph: () => capture(architecture, parsed, source, { taps: ["final"] }),
      modelContext: architecture.context(parsed),
      tokenizer,
    };
  } catch (error) {
    await checkpoint.source.close();
    throw error;
  }
}

function leftOut(path: string): EngineError {
  return new EngineError(
    "bad-option",
    `${path}: was loaded without its tokenizer (tokenizer: false), so prompts are token ids. Load it with it for text.`,
  );
}

/** What a text model of it is planned from, on a device. */
export function planOptions(
  path: string,
  { graph, source, modelContext }: PreparedModel,
  { device, options }: { readonly device: Device; readonly options: LoadOptions },
): PlanOptions {
  const { memoryBudget, modelBudget, ...rest } = options;
  if (memoryBudget !== undefined && modelBudget !== undefined)
    throw new EngineError("bad-option", "memoryBudget and modelBudget exclude each other; give one of them.");
  if (memoryBudget !== undefined) trimProcess(device);
  return {
    ...rest,
    name: basename(resolve(path)),
    graph,
    source,
    device,
    modelContext,
    memoryBudget: memoryBudget ?? modelBudget,
    processBytes: modelBudget === undefined ? processBytes({ trimmed: memoryBudget !== undefined }) : 0,
    stateBudget: Math.min(device.info.memoryBytes, freemem()) / 4,
  };
}
