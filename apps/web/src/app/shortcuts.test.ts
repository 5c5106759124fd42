import { describe, expect, it } from "vitest";
import { parseRoute, routeHash } from "./route.ts";
import { modifierName, shortcutOf } from "./shortcuts.ts";

const key = (name: string, held: object = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  ...held,
});

describe("shortcuts", () => {
  it.each([
    [key("k", { ctrlKey: true }), "search"],
    [key("K", { metaKey: true }), "search"],
    [key("O", { ctrlKey: true, shiftKey: true }), "newChat"],
    [key("/"), "focus"],
    [key("?", { shiftKey: true }), "help"],
    [key("o", { ctrlKey: true }), undefined],
    [key("k", { ctrlKey: true, altKey: true }), undefined],
    [key("/", { isComposing: true }), undefined],
    [key("x"), undefined],
  ])("%j", (event, name) => {
    expect(shortcutOf(event, false)).toBe(name);
  });

  it("leaves letters to those who type", () => {
    expect(shortcutOf(key("/"), true)).toBeUndefined();
    expect(shortcutOf(key("?"), true)).toBeUndefined();
    expect(shortcutOf(key("k", { ctrlKey: true }), true)).toBe("search");
  });

  it("names the key as the machine does", () => {
    expect(modifierName("Mozilla/5.0 (Macintosh; Intel Mac OS X)")).toBe("⌘");
    expect(modifierName("Mozilla/5.0 (X11; Linux x86_64)")).toBe("Ctrl");
  });
});

it.each([
  ["", { view: "chat", conversation: undefined }, "#/"],
  ["#/chat/abc", { view: "chat", conversation: "abc" }, "#/chat/abc"],
  ["#/models", { view: "models" }, "#/models"],
  ["#/nonsense/x", { view: "chat", conversation: undefined }, "#/"],
])("reads the address %j", (hash, route, written) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(routeHash(parseRoute(hash))).toBe(written);
});
