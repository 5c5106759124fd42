import type { Message } from "./message.ts";

/** The messages of one conversation by their ids. */
export type Messages = ReadonlyMap<string, Message>;

/** The branch that ends in `head`, first message first. A parent that is missing begins it. */
export function branch(messages: Messages, head: string | undefined): Message[] {
  const path: Message[] = [];
  const seen = new Set<string>();
  let next = head === undefined ? undefined : messages.get(head);
  while (next && !seen.has(next.id)) {
    seen.add(next.id);
    path.unshift(next);
    next = next.parent === undefined ? undefined : messages.get(next.parent);
  }
  return path;
}

/** All versions of a message, itself among them, oldest first. */
export function versions(messages: Messages, message: Message): Message[] {
  return [...messages.values()]
    .filter(({ parent, role }) => parent === message.parent && role === message.role)
    .sort((a, b) => a.at - b.at);
}

/** The end of the branch through `id` that was written last. */
export function latestLeaf(messages: Messages, id: string): string {
  const children = new Map<string, Message[]>();
  for (const message of messages.values()) {
    if (message.parent === undefined) continue;
    children.set(message.parent, [...(children.get(message.parent) ?? []), message]);
  }
  let leaf = id;
  for (let below = children.get(leaf); below; below = children.get(leaf)) {
    leaf = below.reduce((last, message) => (message.at >= last.at ? message : last)).id;
  }
  return leaf;
}
