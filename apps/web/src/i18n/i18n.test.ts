import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "./en.ts";
import { formats } from "./format.ts";
import { CATALOGUES, preferredLanguage } from "./i18n.ts";
import { ko } from "./ko.ts";

/** Every text of a catalogue by its path; a function as what it gives for telling arguments. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, value("‹1›", 3)]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    texts(inner, path ? `${path}.${key}` : key),
  );
}

const english = new Map(texts(en));
const korean = new Map(texts(ko));

it("has every text in every language, and no other", () => {
  for (const catalogue of Object.values(CATALOGUES)) {
    expect(
      texts(catalogue)
        .map(([path]) => path)
        .sort(),
    ).toEqual([...english.keys()].sort());
  }
});

it("has no empty text, and no English one left in Korean", () => {
  // Names that Korean writes the same way.
  const same = new Set(["app.name", "panel.topP", "panel.topK", "panel.minP"]);
  for (const [path, text] of korean) {
    expect(text.trim(), path).not.toBe("");
    if (same.has(path)) expect(text).toBe(english.get(path));
    else expect(text, path).toMatch(/[가-힣]/);
  }
});

it("uses the same arguments in every language", () => {
  const used = (text = "") => text.includes("‹1›");
  for (const [path, text] of english) expect(used(korean.get(path)), path).toBe(used(text));
});

it("has no text that the page does not use", () => {
  const root = join(import.meta.dirname, "..");
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|i18n\/(?:en|ko)/.test(path))
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");
  const unused = [...english.keys()].filter((path) => {
    const [, group = "", key = ""] = /^(\w+)\.(\w+)/.exec(path) ?? [];
    // The help of a slider is found by the slider's name.
    const word =
      group === "panel" ? key.replace(/^(temperature|topP|topK|minP|repeatPenalty)Help$/, "$1") : key;
    return !new RegExp(`(?:\\.|\\{ |, |")${word}\\b`).test(sources);
  });
  expect(unused).toEqual([]);
});

it.each([
  [["ko-KR", "en"], "ko"],
  [["fr", "de-DE", "en-GB", "ko"], "en"],
  [["fr"], "en"],
  [[], "en"],
])("speaks %j as %s", (languages, language) => {
  expect(preferredLanguage(languages)).toBe(language);
});

describe("numbers", () => {
  const { bytes, duration, rate, parameters, whole } = formats("en");
  it.each([
    [bytes(0), "0 byte"],
    [bytes(999), "999 byte"],
    [bytes(1_503_300_328), "1.5 GB"],
    [bytes(250e9), "250 GB"],
    [duration(312), "0.31s"],
    [duration(4_260), "4.3s"],
    [duration(61_000), "61s"],
    [duration(600_000), "10m"],
    [duration(7_200_000), "2h"],
    [rate(23.44), "23.4"],
    [rate(1234.5), "1,235"],
    [parameters(596_049_920), "596M"],
    [whole(4096), "4,096"],
  ])("%s", (found, wanted) => {
    expect(found).toBe(wanted);
  });
});
