/** Messages that were typed and not sent, by conversation; "" is a new one. They live as long as the tab. */
export interface Drafts {
  read(conversation: string): string;
  write(conversation: string, text: string): void;
}

export function drafts(scope: { readonly sessionStorage: Storage }): Drafts {
  const key = (conversation: string): string => `engine.draft.${conversation}`;
  // A browser that keeps nothing throws at each use.
  const tolerant = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  return {
    read: (conversation) => tolerant(() => scope.sessionStorage.getItem(key(conversation))) ?? "",
    write(conversation, text) {
      tolerant(() => {
        if (text === "") scope.sessionStorage.removeItem(key(conversation));
        else scope.sessionStorage.setItem(key(conversation), text);
      });
    },
  };
}
