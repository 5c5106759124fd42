import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "./json.ts";
import { faithfulPreTokenizer } from "./pre-tokenizer.ts";

/** The words of a text: what the library's pre-tokenizer gives the model. */
function words(json: JsonObject, text: string): string[] {
  const model = { type: "BPE", vocab: { a: 0 }, merges: [] };
  const parts = { normalizer: null, post_processor: null, decoder: null, added_tokens: [] };
  const library = new Tokenizer({ ...parts, model, pre_tokenizer: faithfulPreTokenizer(json) }, {});
  return (library as unknown as { pre_tokenizer: (t: string, o: object) => string[] }).pre_tokenizer(text, {
    section_index: 0,
  });
}
const split = (behavior: string, pattern: object, invert = false) => ({
  type: "Split",
  behavior,
  pattern,
  invert,
});

// Expected words from the Rust library 0.23.3 (pre_tokenizers.*.pre_tokenize_str).
describe("faithfulPreTokenizer", () => {
  it("gives ByteLevel Unicode's white space", () => {
    expect(words({ type: "ByteLevel", add_prefix_space: false }, "a\u0085 b\ufeffc")).toEqual([
      "a",
      "Âħ",
      "Ġb",
      "ï»¿",
      "c",
    ]);
  });

  it("adds ByteLevel's prefix space once, and only where there is none", () => {
    expect(words({ type: "ByteLevel", add_prefix_space: true }, "a b")).toEqual(["Ġa", "Ġb"]);
    expect(words({ type: "ByteLevel", add_prefix_space: true }, " a")).toEqual(["Ġa"]);
  });

  it("takes every Unicode number as a digit", () => {
    expect(words({ type: "Digits", individual_digits: true }, "a12½٣b")).toEqual([
      "a",
      "1",
      "2",
      "½",
      "٣",
      "b",
    ]);
    expect(words({ type: "Digits", individual_digits: false }, "a12½٣b")).toEqual(["a", "12½٣", "b"]);
  });

  it("splits Metaspace's words", () => {
    const json = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
    expect(words(json, "a b  c")).toEqual(["▁a", "▁b", "▁", "▁c"]);
    expect(words({ ...json, split: false }, "a b")).toEqual(["▁a▁b"]);
    expect(words({ type: "Metaspace", replacement: "▁", add_prefix_space: false }, "a b")).toEqual([
      "a",
      "▁b",
    ]);
  });

  it("knows the behaviours of Split", () => {
    const space = { String: " " };
    expect(words(split("Isolated", space), "a  b")).toEqual(["a", " ", " ", "b"]);
    expect(words(split("Removed", space), "a  b")).toEqual(["a", "b"]);
    expect(words(split("MergedWithPrevious", space), "a  b c")).toEqual(["a ", " ", "b ", "c"]);
    expect(words(split("MergedWithNext", space), "a  b c")).toEqual(["a", " ", " b", " c"]);
    expect(words(split("Contiguous", space), "a  b c")).toEqual(["a", "  ", "b", " ", "c"]);
    expect(words(split("Removed", { Regex: "\\p{L}+" }, true), "ab, cd")).toEqual(["ab", "cd"]);
    expect(words(split("Isolated", { Regex: "\\p{L}+" }, true), "ab, cd")).toEqual(["ab", ", ", "cd"]);
  });

  it("reaches into sequences", () => {
    const json = {
      type: "Sequence",
      pretokenizers: [{ type: "Digits" }, { type: "ByteLevel", add_prefix_space: false }],
    };
    expect(words(json, "a½ b")).toEqual(["a", "Â½", "Ġb"]);
  });

  it("refuses a behaviour it cannot give a pattern", () => {
    expect(() => faithfulPreTokenizer(split("MergedWithNext", { Regex: "a+" }))).toThrowError(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});
