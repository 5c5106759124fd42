export { AutoModel } from "./auto-model.ts";
export {
  type DescribeOptions,
  describeModel,
  type ModelDescription,
  type ModelPlanner,
  memory,
  planModel,
} from "./describe-model.ts";
export { droppedNote } from "./dropped-note.ts";
export { type Comparison, compareModels } from "./evaluate/compare.ts";
export { measureImportance } from "./evaluate/importance.ts";
export { logSumExp } from "./evaluate/log-sum-exp.ts";
export { measurePerplexity, type PerplexityResult } from "./evaluate/perplexity.ts";
export { type TextOptions, textPieces } from "./evaluate/text-pieces.ts";
export { findArchitecture } from "./find-architecture.ts";
export { importArchitecture, importBackend, importPlugin, type PluginValues } from "./import-plugin.ts";
export { type FoundPlugin, listPlugins, type PluginList } from "./list-plugins.ts";
export type { LoadOptions } from "./load-options.ts";
export type { Chat, ChatEvent, ChatOptions, ChatResult, Model, TokenEvent } from "./model.ts";
export { openTokenizer } from "./open-tokenizer.ts";
export type { ArchitectureEntry, BackendEntry, PluginManifest } from "./plugin-manifest.ts";
export { processBytes } from "./process-bytes.ts";
export { Registry, type Resolved } from "./registry.ts";
export { type Families, type ResolvedModel, resolveModel } from "./resolve-model.ts";
export { rounding } from "./rounding.ts";
export { suppressedTokens } from "./suppressed-tokens.ts";
export type { UnreadWeights } from "./unread-weights.ts";
