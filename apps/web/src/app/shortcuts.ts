/** A key that does something wherever the focus is. "Mod" is Ctrl, on Apple's machines ⌘. */
export interface Shortcut {
  readonly name: "focus" | "newChat" | "search" | "panel" | "models" | "help";
  readonly keys: readonly string[];
  /** Without Mod a key means this only where no text is being typed. */
  readonly key: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { name: "focus", keys: ["/"], key: "/" },
  { name: "newChat", keys: ["Mod", "Shift", "O"], key: "o" },
  { name: "search", keys: ["Mod", "K"], key: "k" },
  { name: "panel", keys: ["Mod", "."], key: "." },
  { name: "models", keys: ["Mod", "Shift", "M"], key: "m" },
  { name: "help", keys: ["?"], key: "?" },
];

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "isComposing">;

/** The shortcut that a pressed key is, if any; `typing` says that the focus is where text is written. */
export function shortcutOf(event: Pressed, typing: boolean): Shortcut["name"] | undefined {
  if (event.isComposing || event.altKey) return undefined;
  const mod = event.ctrlKey || event.metaKey;
  const found = SHORTCUTS.find(({ key, keys }) => {
    if (key !== event.key.toLowerCase() || keys.includes("Mod") !== mod) return false;
    // "?" is typed with Shift on most keyboards and without on some.
    return mod ? keys.includes("Shift") === event.shiftKey : !typing;
  });
  return found?.name;
}

export function modifierName(userAgent: string): string {
  return /Mac|iPhone|iPad/.test(userAgent) ? "⌘" : "Ctrl";
}
