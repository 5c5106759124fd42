export { AutoModel, type LoadOptions } from "./auto-model.ts";
export { type DescribeOptions, describeModel, type ModelDescription } from "./describe-model.ts";
export { findArchitecture } from "./find-architecture.ts";
export { importArchitecture, importBackend, importPlugin, type PluginValues } from "./import-plugin.ts";
export { type FoundPlugin, listPlugins, type PluginList } from "./list-plugins.ts";
export type { Chat, ChatEvent, ChatOptions, Model } from "./model.ts";
export type { ArchitectureEntry, BackendEntry, PluginManifest } from "./plugin-manifest.ts";
export { Registry, type Resolved } from "./registry.ts";
export type { UnreadWeights } from "./unread-weights.ts";
