import { en } from "./en.ts";
import { ko } from "./ko.ts";
import type { Messages } from "./messages.ts";

export type Language = "en" | "ko";

/** What each language calls itself. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", ko: "한국어" };

export const CATALOGUES: Readonly<Record<Language, Messages>> = { en, ko };

/** The first language of a browser's list that there is a catalogue for; English otherwise. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const tag of languages) {
    const found = (Object.keys(CATALOGUES) as Language[]).find(
      (key) => tag.toLowerCase().split("-")[0] === key,
    );
    if (found) return found;
  }
  return "en";
}
