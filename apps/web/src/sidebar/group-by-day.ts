import type { Conversation } from "../conversation/message.ts";

export type Day = "today" | "yesterday" | "earlier";

/** Conversations by the day they were last written to, in the order given; days without any are left out. */
export function groupByDay(
  conversations: readonly Conversation[],
  now: Date,
): { readonly day: Day; readonly conversations: readonly Conversation[] }[] {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).getTime();
  const dayOf = ({ updatedAt }: Conversation): Day => {
    if (updatedAt >= today) return "today";
    return updatedAt >= yesterday ? "yesterday" : "earlier";
  };
  return (["today", "yesterday", "earlier"] as const)
    .map((day) => ({ day, conversations: conversations.filter((one) => dayOf(one) === day) }))
    .filter((group) => group.conversations.length > 0);
}
