import type { ToolCall } from "./tool-call.ts";

export type ChannelEvent =
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | ({ readonly type: "tool-call" } & ToolCall)
  /** Says what was odd, mostly a tool call that could not be read and came as text just before. */
  | { readonly type: "note"; readonly text: string };
