import { describe, expect, it } from "vitest";
import { createTokenizer } from "./create-tokenizer.ts";

const vocab = Object.fromEntries(["a", "b", " ", "ab", "b ", "ab ", "aab"].map((token, id) => [token, id]));

function tokens(merges: readonly unknown[], text: string): (string | undefined)[] {
  const tokenizer = createTokenizer({ tokenizer: { model: { type: "BPE", vocab, merges } } });
  return tokenizer.encode(text).map(tokenizer.tokenText);
}

describe("merges", () => {
  it("are read in both forms", () => {
    expect(tokens(["a b", "a ab"], "aabb")).toEqual(["aab", "b"]);
    expect(tokens([["a", "b"], ["a", "ab"]], "aabb")).toEqual(["aab", "b"]); // biome-ignore format: two pairs
  });

  it("may join tokens with spaces", () => {
    expect(tokens([["b", " "], ["a", "b "]], "ab ab")).toEqual(["ab ", "a", "b"]); // biome-ignore format: two pairs
  });

  it("run in their order, and from the left where they are equal", () => {
    expect(tokens(["b b", "a b"], "ab")).toEqual(["ab"]);
    expect(tokens(["a ab", "a b"], "aab")).toEqual(["aab"]);
    expect(tokens([], "ab")).toEqual(["a", "b"]);
  });
});
