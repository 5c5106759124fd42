import { expect, it } from "vitest";
import { drafts } from "./drafts.ts";
import { createPreferences, usableStorage } from "./preferences.ts";

function storage(found: Record<string, string> = {}): Storage {
  const map = new Map(Object.entries(found));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  } as Storage;
}

const defaults = { languages: ["fr-FR", "ko-KR", "en"], panel: "open" } as const;

it("begins with the system's ways and writes down only what was chosen", () => {
  const kept = storage();
  const preferences = createPreferences(kept, defaults);
  expect(preferences.language.value).toBe("ko");
  expect(preferences.theme.value).toBe("system");
  expect(kept.getItem("engine.language")).toBeNull();
  preferences.theme.value = "dark";
  expect(createPreferences(kept, defaults).theme.value).toBe("dark");
  preferences.theme.value = "system";
  expect(createPreferences(kept, defaults).theme.value).toBe("system");
});

it("does not take values nobody offers", () => {
  const preferences = createPreferences(
    storage({ "engine.theme": "pink", "engine.language": "xx" }),
    defaults,
  );
  expect(preferences.theme.value).toBe("system");
  expect(preferences.language.value).toBe("ko");
});

it("works where the browser keeps nothing", () => {
  const forbidden = {
    get localStorage(): Storage {
      throw new DOMException("denied", "SecurityError");
    },
    get sessionStorage(): Storage {
      throw new DOMException("denied", "SecurityError");
    },
  };
  expect(usableStorage(forbidden)).toBeUndefined();
  const preferences = createPreferences(undefined, defaults);
  preferences.theme.value = "light";
  expect(preferences.theme.value).toBe("light");
  drafts(forbidden).write("a", "text");
  expect(drafts(forbidden).read("a")).toBe("");
});

it("keeps drafts apart by conversation and forgets sent ones", () => {
  const kept = drafts({ sessionStorage: storage() });
  kept.write("a", "one");
  kept.write("", "new");
  expect([kept.read("a"), kept.read(""), kept.read("b")]).toEqual(["one", "new", ""]);
  kept.write("a", "");
  expect(kept.read("a")).toBe("");
});
