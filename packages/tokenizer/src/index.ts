export * from "./channels/index.ts";
export type { ChatMessage, MessagePart } from "./chat-message.ts";
export type { ChatTemplate, ChatTemplateSource, RenderOptions } from "./chat-template.ts";
export { createTokenizer, type TokenizerParts } from "./create-tokenizer.ts";
export type { Detokenizer } from "./detokenizer.ts";
export { ggufTokenizer } from "./gguf/gguf-tokenizer.ts";
export { loadTokenizer } from "./load-tokenizer.ts";
export type { DecodeOptions, EncodeOptions, Tokenizer } from "./tokenizer.ts";
