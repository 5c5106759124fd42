import type { Conversation, Message } from "../conversation/message.ts";
import type { Store } from "./store.ts";

/** Conversations for as long as the page is open, where the browser keeps nothing. */
export function createMemoryStore(): Store {
  const conversations = new Map<string, Conversation>();
  const messages = new Map<string, Message>();
  return {
    lasting: false,
    conversations: async () => [...conversations.values()],
    messages: async (id) => [...messages.values()].filter(({ conversation }) => conversation === id),
    putConversation: async (conversation) => void conversations.set(conversation.id, conversation),
    putMessage: async (message) => void messages.set(message.id, message),
    async remove(id) {
      conversations.delete(id);
      for (const { id: key, conversation } of messages.values()) {
        if (conversation === id) messages.delete(key);
      }
    },
    async clear() {
      conversations.clear();
      messages.clear();
    },
  };
}
