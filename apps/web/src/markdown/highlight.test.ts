import { expect, it } from "vitest";
import { highlight, pieces } from "./highlight.ts";

it("colours what it knows without changing a letter", async () => {
  const code = 'const a = "<b>"; // &amp;\n';
  const found = (await highlight(code, "TS")) ?? [];
  expect(found.map(({ text }) => text).join("")).toBe(code);
  expect(found).toContainEqual({ text: "const", kind: "hljs-keyword" });
  expect(found).toContainEqual({ text: '"<b>"', kind: "hljs-string" });
});

it.each(["", "brainfuck", "constructor"])("leaves the language %j alone", async (language) => {
  expect(await highlight("x", language)).toBeUndefined();
});

it("leaves very long programs alone", async () => {
  expect(await highlight("x".repeat(60_001), "ts")).toBeUndefined();
});

it("gives each text its innermost kind", () => {
  const text = (value: string) => ({ type: "text", value }) as const;
  const inner = {
    type: "element",
    tagName: "span",
    properties: { className: ["b"] },
    children: [text("2")],
  } as const;
  const outer = {
    type: "element",
    tagName: "span",
    properties: { className: ["a"] },
    children: [text("1"), inner],
  } as const;
  expect(
    pieces({ type: "root", children: [outer, text("3")] } as unknown as Parameters<typeof pieces>[0]),
  ).toEqual([
    { text: "1", kind: "a" },
    { text: "2", kind: "b" },
    { text: "3", kind: "" },
  ]);
});
