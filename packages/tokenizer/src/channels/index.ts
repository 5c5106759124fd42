export {
  type CallArguments,
  type CallFrame,
  type CallSyntax,
  type ChannelDescription,
  markersOf,
  type ReasoningChannel,
  type ToolForm,
} from "./channel-description.ts";
export type { ChannelEvent } from "./channel-event.ts";
export { ChannelParser, type ChannelParserOptions } from "./channel-parser.ts";
export { prepareHistory, splitThoughts } from "./chat-history.ts";
export {
  type ChannelSigns,
  channelsOf,
  detectChannels,
  hiddenIds,
  opensReasoning,
} from "./detect-channels.ts";
export type { ToolCall } from "./tool-call.ts";
