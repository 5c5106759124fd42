import { describe, expect, it } from "vitest";
import { safeCut } from "./safe-borders.ts";

const model = { type: "BPE", merges: ["▁ t", "h e", ["▁t", "he"], "🦙 x"] };

describe("safeCut", () => {
  it("cuts between characters that no merge joins, and nowhere else", () => {
    expect(safeCut(model)!("▁the▁thehe")).toEqual(["▁the", "▁the", "he"]);
  });

  it("sees characters outside the basic plane", () => {
    expect(safeCut(model)!("a🦙x🦙🦙")).toEqual(["a", "🦙x", "🦙", "🦙"]);
  });

  it("loses nothing", () => {
    const text = "▁the🦙🦙xhe\ud800a▁t";
    expect(safeCut(model)!(text).join("")).toBe(text);
    expect(safeCut(model)!("")).toEqual([""]);
  });

  it("leaves models alone that look at whole words", () => {
    expect(safeCut({ ...model, ignore_merges: true })).toBeUndefined();
    expect(safeCut({ ...model, end_of_word_suffix: "</w>" })).toBeUndefined();
    expect(safeCut({ type: "Unigram", vocab: [] })).toBeUndefined();
  });
});
