import { EngineError } from "@engine/core";
import { type Checkpoint, swapFilesIn } from "@engine/loader";
import { createTextModel } from "@engine/runtime";
import type { Tokenizer } from "@engine/tokenizer";
import { chooseBackend } from "./choose-backend.ts";
import { contextNote } from "./context-note.ts";
import { samplingDefaults } from "./generation-defaults.ts";
import type { LoadOptions } from "./load-options.ts";
import { LoadedModel } from "./loaded-model.ts";
import type { Model } from "./model.ts";
import { tokenText } from "./open-tokenizer.ts";
import { planOptions, prepareModel } from "./prepare-model.ts";
import { trimProcess } from "./process-bytes.ts";
import { suppressedTokens } from "./suppressed-tokens.ts";
import { unreadNote, unreadWeights } from "./unread-weights.ts";

export const AutoModel = {
  /**
   * Loads a model by its folder, file or hub id. Throws what its parts throw (`missing-file`, `bad-config`,
   * `unknown-architecture`, `missing-weight`, `unknown-backend`, `out-of-memory`, `aborted`, …); nothing is left open then.
   */
  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const start = performance.now();
    const prepared = await prepareModel(path, options);
    const { checkpoint, architecture, graph, source, tokenizer, modelContext } = prepared;
    try {
      const chosen = await chooseBackend(options.backend ?? [], options, (device) =>
        createTextModel({
          ...options,
          ...planOptions(path, prepared, { device, options }),
          embedGraph: prepared.embedGraph,
          swapFiles: options.swapFolder === undefined ? undefined : swapFilesIn(options.swapFolder),
          tokenizer: EngineError.isInstance(tokenizer) ? tokenizer : tokenText(tokenizer),
          stopTokens: stopTokens(checkpoint, tokenizer),
          suppressTokens: options.suppressTokens ?? suppressed(prepared.json, checkpoint, tokenizer),
          sampling: samplingDefaults(checkpoint.generationConfig),
        }),
      );
      // Loading needed more than answering does.
      if (options.memoryBudget !== undefined) trimProcess(chosen.device);
      return new LoadedModel(chosen.value, {
        folder: checkpoint.folder,
        architecture: architecture.name,
        backend: chosen.backend.name,
        loadMs: performance.now() - start,
        tokenizer,
        generationConfig: checkpoint.generationConfig,
        notes: [
          ...chosen.notes,
          ...contextNote(chosen.value.context, { asked: options.context, own: modelContext }),
          ...(options.tokenizer === false ? [] : tokenizerNotes(tokenizer)),
          ...unreadNote(unreadWeights(architecture, graph, source), architecture.name),
        ],
        device: chosen.device,
        source,
      });
    } catch (error) {
      await checkpoint.source.close();
      throw error;
    }
  },
};

/** All that may end an answer: generation_config's (or config's) list and the tokenizer's own end. */
function stopTokens({ generationConfig }: Checkpoint, tokenizer: Tokenizer | EngineError): readonly number[] {
  const own = EngineError.isInstance(tokenizer) ? undefined : tokenizer.eosId;
  return [...new Set([...generationConfig.eosTokenIds, ...(own === undefined ? [] : [own])])];
}

function suppressed(
  config: unknown,
  { generationConfig }: Checkpoint,
  tokenizer: Tokenizer | EngineError,
): readonly number[] {
  const known = EngineError.isInstance(tokenizer) ? undefined : tokenizer;
  return suppressedTokens(config, generationConfig, known);
}

/** A folder without a tokenizer is usual; one that cannot be read, or takes much memory, is worth a word. */
function tokenizerNotes(tokenizer: Tokenizer | EngineError): readonly string[] {
  if (!EngineError.isInstance(tokenizer)) {
    if (tokenizer.fallback === undefined) return [];
    return [`The tokenizer takes several times the usual memory: ${tokenizer.fallback} (its ids are right).`];
  }
  return tokenizer.code === "missing-file" ? [] : [tokenizer.message];
}
