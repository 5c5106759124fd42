import type { ToolCall } from "@engine/tokenizer";
import { newId } from "./head.ts";

export interface TextItem {
  readonly kind: "message" | "reasoning";
  readonly id: string;
  text: string;
}

export interface CallItem {
  readonly kind: "function_call";
  readonly id: string;
  readonly call: ToolCall;
}

export type Item = TextItem | CallItem;

export function textItem(kind: TextItem["kind"]): TextItem {
  return { kind, id: newId(kind === "message" ? "msg_" : "rs_"), text: "" };
}

export function callItem(call: ToolCall): CallItem {
  return { kind: "function_call", id: newId("fc_"), call };
}

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** An item as OpenAI shows it; while it is in progress it has no content yet. */
export function itemObject(item: Item, status: ItemStatus): object {
  const begun = status === "in_progress";
  if (item.kind === "function_call") {
    const { id, name, arguments: args } = item.call;
    return {
      id: item.id,
      type: "function_call",
      status,
      call_id: id,
      name,
      arguments: begun ? "" : JSON.stringify(args),
    };
  }
  const content = begun ? [] : [partObject(item)];
  if (item.kind === "reasoning") return { id: item.id, type: "reasoning", summary: [], content, status };
  return { id: item.id, type: "message", status, role: "assistant", content };
}

export function partObject({ kind, text }: TextItem, given = text): object {
  if (kind === "reasoning") return { type: "reasoning_text", text: given };
  return { type: "output_text", text: given, annotations: [], logprobs: [] };
}
