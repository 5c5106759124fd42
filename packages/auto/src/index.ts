export { AutoModel, type LoadOptions } from "./auto-model.ts";
export type { Chat, ChatEvent, ChatOptions, Model } from "./model.ts";
export { Registry, type Resolved } from "./registry.ts";
