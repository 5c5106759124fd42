import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Conversation, Message } from "../conversation/message.ts";
import type { Messages } from "../conversation/tree.ts";
import type { Store } from "../storage/store.ts";

/** All conversations, and the messages of those that were opened. */
export interface Conversations {
  /** Those with at least one message, the newest first. */
  readonly all: ReadonlySignal<readonly Conversation[]>;
  /** The conversation of this id, or the unwritten one. */
  find(id: string | undefined): Conversation;
  /** Its messages; they are read from the store at the first call. */
  messages(id: string): Signal<Messages>;
  /** Resolves when the messages of a conversation are here. */
  ready(id: string): Promise<Signal<Messages>>;
  /** Changes a conversation; the unwritten one becomes one of `all` when it gets its `head`. */
  update(id: string, change: Partial<Conversation>): void;
  put(message: Message, options?: { readonly keep?: boolean }): void;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

export function createConversations(store: Store, stored: readonly Conversation[]): Conversations {
  const byId = signal<ReadonlyMap<string, Conversation>>(new Map(stored.map((one) => [one.id, one])));
  const unwritten = signal(newConversation());
  const trees = new Map<string, { tree: Signal<Messages>; ready: Promise<Signal<Messages>> }>();

  function open(id: string): { tree: Signal<Messages>; ready: Promise<Signal<Messages>> } {
    const found = trees.get(id);
    if (found) return found;
    const tree = signal<Messages>(new Map());
    const read = byId.peek().has(id) ? store.messages(id) : Promise.resolve([]);
    const ready = read.then((messages) => {
      // What was written since the read began is newer than what it found.
      tree.value = new Map([...messages.map((message) => [message.id, message] as const), ...tree.peek()]);
      return tree;
    });
    const opened = { tree, ready };
    trees.set(id, opened);
    return opened;
  }

  /** A conversation that was removed while its answer came takes no more of it. */
  const exists = (id: string): boolean => byId.peek().has(id) || unwritten.peek().id === id;

  return {
    all: computed(() => [...byId.value.values()].sort((a, b) => b.updatedAt - a.updatedAt)),
    find: (id) => (id === undefined ? unwritten.value : (byId.value.get(id) ?? unwritten.value)),
    messages: (id) => open(id).tree,
    ready: (id) => open(id).ready,
    update(id, change) {
      if (!exists(id)) return;
      const known = byId.peek().get(id);
      const next = { ...(known ?? unwritten.peek()), ...change };
      if (known || next.head !== undefined) {
        byId.value = new Map(byId.peek()).set(next.id, next);
        if (!known) unwritten.value = newConversation();
        void store.putConversation(next).catch(() => undefined);
      } else {
        unwritten.value = next;
      }
    },
    put(message, { keep = true } = {}) {
      if (!exists(message.conversation)) return;
      const { tree } = open(message.conversation);
      tree.value = new Map(tree.peek()).set(message.id, message);
      if (keep) void store.putMessage(message).catch(() => undefined);
    },
    async remove(id) {
      const rest = new Map(byId.peek());
      rest.delete(id);
      byId.value = rest;
      trees.delete(id);
      await store.remove(id);
    },
    async clear() {
      byId.value = new Map();
      trees.clear();
      await store.clear();
    },
  };
}

function newConversation(): Conversation {
  const now = Date.now();
  return {
    id: crypto.randomUUID(),
    title: "",
    createdAt: now,
    updatedAt: now,
    head: undefined,
    model: "",
    system: "",
    sampling: {},
  };
}
