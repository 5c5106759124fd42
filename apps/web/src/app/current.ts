import type { Model } from "../api/models.ts";
import type { Conversation } from "../conversation/message.ts";
import { branch } from "../conversation/tree.ts";
import type { Running } from "./answers.ts";
import { useApp } from "./app.ts";

/** The conversation that the address names, or the unwritten one. */
export function useConversation(): Conversation {
  const { route, conversations } = useApp();
  const at = route.value;
  return conversations.find(at.view === "chat" ? at.conversation : undefined);
}

/** The shown branch of a conversation, first message first. */
export function useBranch({ id, head }: Conversation) {
  const { conversations } = useApp();
  return branch(conversations.messages(id).value, head);
}

/**
 * The model that answers in this conversation: its own, else the one chosen last, else the server's. Undefined
 * while the server has none or did not answer yet.
 */
export function useModel(conversation: Conversation): Model | undefined {
  const { server, preferences } = useApp();
  const models = server.models.value ?? [];
  const wanted = conversation.model || preferences.model.value;
  const usable = models.filter(({ missing }) => missing.length === 0);
  return (
    models.find(({ id }) => id === wanted) ??
    usable.find(({ isDefault }) => isDefault) ??
    usable.find(({ state }) => state === "loaded") ??
    usable[0]
  );
}

/** The answer that is on its way in a conversation. */
export function useRunning(conversation: string): Running | undefined {
  return useApp().answers.running.value.get(conversation);
}
