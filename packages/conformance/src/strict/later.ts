/** The event loop goes round before this resolves: nothing asked for is there at once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The same object, whose methods do their work a turn of the event loop after the call and settle a turn after that. */
export function later<T extends object>(owner: T, methods: readonly (keyof T)[]): T {
  for (const method of methods) {
    const act = (owner[method] as (...args: unknown[]) => Promise<void>).bind(owner);
    const delayed = async (...args: unknown[]): Promise<void> => {
      await turn();
      await act(...args);
      await turn();
    };
    owner[method] = delayed as T[keyof T];
  }
  return owner;
}
