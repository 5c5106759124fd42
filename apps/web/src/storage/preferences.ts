import { effect, type Signal, signal } from "@preact/signals";
import { LANGUAGES, type Language, preferredLanguage } from "../i18n/i18n.ts";

export type Theme = "system" | "light" | "dark";

/** What the user set for the page, kept in localStorage as far as the browser allows. */
export interface Preferences {
  readonly theme: Signal<Theme>;
  readonly language: Signal<Language>;
  readonly panel: Signal<"open" | "closed">;
  /** The server's key; empty for none. */
  readonly key: Signal<string>;
  /** The model chosen last; empty for the server's default. */
  readonly model: Signal<string>;
}

/** What a user who never chose anything gets. */
export interface PreferenceDefaults {
  readonly languages: readonly string[];
  readonly panel: "open" | "closed";
}

export function createPreferences(
  storage: Storage | undefined,
  { languages, panel }: PreferenceDefaults,
): Preferences {
  function kept<T extends string>(name: string, fallback: T, allowed?: readonly T[]): Signal<T> {
    const key = `engine.${name}`;
    const found = storage?.getItem(key) as T | null | undefined;
    const value = signal(found != null && (!allowed || allowed.includes(found)) ? found : fallback);
    // A default is not written down, so that it may change with the system's.
    effect(() => {
      if (value.value !== (storage?.getItem(key) ?? fallback)) storage?.setItem(key, value.value);
    });
    return value;
  }
  return {
    theme: kept<Theme>("theme", "system", ["system", "light", "dark"]),
    language: kept("language", preferredLanguage(languages), Object.keys(LANGUAGES) as Language[]),
    panel: kept("panel", panel, ["open", "closed"]),
    key: kept("key", ""),
    model: kept("model", ""),
  };
}

/** The page's localStorage, or undefined where the browser throws at the mere mention of it. */
export function usableStorage(scope: { readonly localStorage: Storage }): Storage | undefined {
  try {
    scope.localStorage.setItem("engine.probe", "1");
    scope.localStorage.removeItem("engine.probe");
    return scope.localStorage;
  } catch {
    return undefined;
  }
}
