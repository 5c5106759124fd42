import type { App } from "./app.ts";
import { type Shortcut, shortcutOf } from "./shortcuts.ts";

/** Listens for the page's shortcuts; the result ends it. */
export function listenToKeys(window: Window, app: App): () => void {
  const { document } = window;
  const focus = (id: string): void => document.getElementById(id)?.focus();
  const actions: Readonly<Record<Shortcut["name"], () => void>> = {
    focus: () => focus("message"),
    newChat() {
      app.go({ view: "chat", conversation: undefined });
      requestAnimationFrame(() => focus("message"));
    },
    search() {
      app.sidebar.value = true;
      requestAnimationFrame(() => focus("search"));
    },
    panel() {
      const { panel } = app.preferences;
      panel.value = panel.peek() === "open" ? "closed" : "open";
    },
    models: () => app.go({ view: "models" }),
    help() {
      app.dialog.value = "shortcuts";
    },
  };
  const press = (event: KeyboardEvent): void => {
    // An open dialog has the keyboard to itself.
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !event.isComposing) {
      closeOrStop(app);
      return;
    }
    const name = shortcutOf(event, isTyping(document.activeElement));
    if (!name) return;
    event.preventDefault();
    actions[name]();
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}

/** Closes what lies over the page; otherwise stops the answer that is shown. */
function closeOrStop({ sidebar, route, answers }: App): void {
  if (sidebar.peek()) {
    sidebar.value = false;
    return;
  }
  const at = route.peek();
  if (at.view === "chat" && at.conversation !== undefined)
    answers.running.peek().get(at.conversation)?.stop();
}

function isTyping(element: Element | null): boolean {
  return (
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && element.type !== "range")
  );
}
