import type { ChatModel } from "./chat-model.ts";
import type { Json } from "./spec.ts";

type Timings = Awaited<ReturnType<ChatModel["generate"]>["result"]>["timings"];

/** An answer's timings as a provider's metadata takes them. */
export function timingsJson({ streamed, ...timings }: Timings): Json {
  return { ...timings, ...(streamed && { streamed: { ...streamed } }) };
}
