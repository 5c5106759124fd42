import { describe, expect, it } from "vitest";
import { fixture } from "../test/shared.ts";
import { createTokenizer } from "./create-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

function make(name: string): Tokenizer {
  const config = fixture(`${name}/tokenizer_config.json`);
  return createTokenizer({ tokenizer: fixture(`${name}/tokenizer.json`), config });
}
const tokenizers = { "byte-level": make("byte-level"), sentencepiece: make("sentencepiece") };
const plain = { addSpecialTokens: false };

describe.each(Object.entries(tokenizers))("streaming with %s", (_, tokenizer) => {
  it("holds a character back until it is whole", () => {
    const ids = tokenizer.encode("a🦙b", plain);
    const detokenizer = tokenizer.detokenizer();
    const chunks = ids.map((id) => detokenizer.push(id));
    expect(chunks.filter((chunk) => chunk !== "")).toEqual(["a", "🦙", "b"]);
    expect(chunks.filter((chunk) => chunk === "").length).toBeGreaterThanOrEqual(3);
    expect(detokenizer.flush()).toBe("");
  });

  it("gives an unfinished character as U+FFFD at the end, and then starts afresh", () => {
    const ids = tokenizer.encode("a🦙", plain);
    const detokenizer = tokenizer.detokenizer();
    const text = ids
      .slice(0, -1)
      .map((id) => detokenizer.push(id))
      .join("");
    expect(text).toBe("a");
    expect(detokenizer.flush()).toBe("\ufffd");
    expect(tokenizer.decode(ids.slice(0, -1))).toBe("a\ufffd");
    expect(ids.map((id) => detokenizer.push(id)).join("") + detokenizer.flush()).toBe("a🦙");
  });

  it("goes on after bytes that are no character", () => {
    const [first] = tokenizer.encode("🦙", plain).slice(-4);
    const rest = tokenizer.encode("b", plain).slice(-1);
    expect(tokenizer.decode([first!, ...rest])).toBe("\ufffdb");
  });

  it("equals decode for any ids", () => {
    let seed = 7;
    const next = () => (seed = (seed * 48271) % 0x7fffffff);
    for (let round = 0; round < 200; round++) {
      const ids = Array.from({ length: 1 + (next() % 24) }, () => next() % (tokenizer.vocabSize + 2));
      for (const skipSpecialTokens of [true, false]) {
        const detokenizer = tokenizer.detokenizer({ skipSpecialTokens });
        const chunks = ids.map((id) => detokenizer.push(id));
        expect(chunks.join("") + detokenizer.flush()).toBe(tokenizer.decode(ids, { skipSpecialTokens }));
      }
    }
  });

  it("keeps streams apart", () => {
    const ids = tokenizer.encode("🦙", plain);
    const [one, two] = [tokenizer.detokenizer(), tokenizer.detokenizer()];
    const texts = ids.map((id) => [one.push(id), two.push(id)]);
    expect(texts.at(-1)).toEqual(["🦙", "🦙"]);
  });
});

describe("SentencePiece spaces", () => {
  const tokenizer = tokenizers.sentencepiece;

  it("drops the space that encoding put in front, and no other", () => {
    for (const text of ["the river", " the", "  the", " ", "the  "]) {
      expect(tokenizer.decode(tokenizer.encode(text, plain))).toBe(text);
    }
  });

  it("drops it behind skipped specials, and keeps it behind shown ones, as Rust does", () => {
    const ids = tokenizer.encode("the");
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe("the");
    expect(tokenizer.decode(ids)).toBe("<s> the");
  });
});
