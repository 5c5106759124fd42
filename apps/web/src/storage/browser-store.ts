import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Conversation, Message } from "../conversation/message.ts";
import type { Store } from "./store.ts";

interface Schema extends DBSchema {
  conversations: { key: string; value: Conversation };
  messages: { key: string; value: Message; indexes: { conversation: string } };
}

/** Conversations in the browser's IndexedDB. Rejects where the browser refuses one, as private windows may. */
export async function openBrowserStore(name: string): Promise<Store> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("conversations", { keyPath: "id" });
      fresh.createObjectStore("messages", { keyPath: "id" }).createIndex("conversation", "conversation");
    },
    // A newer page in another tab wants to change the database: this tab gives way.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  return {
    lasting: true,
    conversations: () => database.getAll("conversations"),
    messages: (conversation) => database.getAllFromIndex("messages", "conversation", conversation),
    putConversation: async (conversation) => void (await database.put("conversations", conversation)),
    putMessage: async (message) => void (await database.put("messages", message)),
    remove: (conversation) => removeConversation(database, conversation),
    async clear() {
      const change = database.transaction(["conversations", "messages"], "readwrite");
      await Promise.all([
        change.objectStore("conversations").clear(),
        change.objectStore("messages").clear(),
        change.done,
      ]);
    },
  };
}

/** One transaction: a conversation never outlives its messages or the other way round. */
async function removeConversation(database: IDBPDatabase<Schema>, conversation: string): Promise<void> {
  const change = database.transaction(["conversations", "messages"], "readwrite");
  const messages = change.objectStore("messages");
  const keys = await messages.index("conversation").getAllKeys(conversation);
  await Promise.all([
    ...keys.map((key) => messages.delete(key)),
    change.objectStore("conversations").delete(conversation),
    change.done,
  ]);
}
