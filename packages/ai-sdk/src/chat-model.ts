import type { Model } from "@engine/auto";

/** What is asked of a model in this process. */
export type ChatModel = Pick<
  Model,
  "channels" | "chat" | "embed" | "generate" | "generationConfig" | "tokenizer" | "vocab"
>;
