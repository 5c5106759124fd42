import { describe, expect, it } from "vitest";
import { fixture } from "../test/shared.ts";
import { createTokenizer } from "./create-tokenizer.ts";

interface Encodings {
  readonly texts: readonly string[];
  readonly plain: readonly number[][];
  readonly special: readonly number[][];
  readonly decode: readonly { readonly ids: number[]; readonly all: string; readonly skipped: string }[];
}

function make(name: string) {
  return createTokenizer({
    tokenizer: fixture(`${name}/tokenizer.json`),
    config: fixture(`${name}/tokenizer_config.json`),
  });
}

// Both fixtures and what the Rust tokenizers library makes of them come from test/fixtures/make.py.
for (const name of ["byte-level", "sentencepiece"]) {
  describe(`the ${name} fixture`, () => {
    const tokenizer = make(name);
    const encodings = fixture<Encodings>(`${name}/encodings.json`);

    it("encodes as the Rust library", () => {
      encodings.texts.forEach((text, i) => {
        expect(tokenizer.encode(text, { addSpecialTokens: false }), text).toEqual(encodings.plain[i]);
        expect(tokenizer.encode(text), text).toEqual(encodings.special[i]);
      });
    });

    it("decodes as the Rust library", () => {
      for (const { ids, all, skipped } of encodings.decode) {
        // Rust gives one U+FFFD for every byte of a byte-fallback run that is no UTF-8; see the README.
        const malformed = name === "sentencepiece" && all.includes("\ufffd");
        const same = (text: string) => (malformed ? text.replace(/\ufffd+/g, "\ufffd") : text);
        expect(same(tokenizer.decode(ids))).toBe(same(all));
        expect(same(tokenizer.decode(ids, { skipSpecialTokens: true }))).toBe(same(skipped));
      }
    });
  });
}

describe("a tokenizer", () => {
  const bytes = make("byte-level");

  it("knows its tokens", () => {
    const begin = bytes.tokenId("<|begin|>")!;
    expect(bytes.bosId).toBe(begin);
    expect(bytes.tokenText(bytes.eosId!)).toBe("<|end|>");
    expect(bytes.tokenText(bytes.tokenId("Ġthe")!)).toBe("Ġthe");
    expect(bytes.tokenId("no such token")).toBeUndefined();
    expect(bytes.tokenText(1e6)).toBeUndefined();
    expect(bytes.tokenText(-1)).toBeUndefined();
    expect(bytes.vocabSize).toBe(bytes.tokenId("<think>")! + 1);
    expect([...bytes.specialIds].map(bytes.tokenText)).toEqual(["<|begin|>", "<|start|>", "<|end|>"]);
  });

  it("gives nothing for ids without a token, as padded embedding tables have", () => {
    const ids = bytes.encode("the river", { addSpecialTokens: false });
    expect(bytes.decode([bytes.vocabSize, ...ids, bytes.vocabSize + 7])).toBe("the river");
  });

  it("does not double BOS in a rendered conversation", () => {
    const prompt = bytes.chatTemplate.render({ messages: [{ role: "user", content: "the river" }] });
    expect(bytes.hasChatTemplate).toBe(true);
    const ids = bytes.encode(prompt, { addSpecialTokens: false });
    expect(ids.filter((id) => id === bytes.bosId)).toHaveLength(1);
  });

  it("takes BOS from the post-processor where no configuration names it", () => {
    const plain = createTokenizer({ tokenizer: fixture("sentencepiece/tokenizer.json") });
    expect(plain.bosId).toBe(1);
    expect(plain.eosId).toBeUndefined();
    expect(plain.hasChatTemplate).toBe(false);
    expect(() => plain.chatTemplate.render({ messages: [] })).toThrowError(
      expect.objectContaining({ code: "bad-option" }),
    );
  });

  it("lets a given template win over the configuration's", () => {
    const parts = { tokenizer: fixture("byte-level/tokenizer.json"), config: { chat_template: "old" } };
    const tokenizer = createTokenizer({ ...parts, template: "new" });
    expect(tokenizer.chatTemplate.render({ messages: [] })).toBe("new");
  });

  it("encodes a long text without pre-tokenizer in pieces, with the ids of the whole", () => {
    const json = fixture<{ model: object }>("sentencepiece/tokenizer.json");
    // ignore_merges switches the cutting off, and does nothing else for texts that are no single token.
    const uncut = createTokenizer({ tokenizer: { ...json, model: { ...json.model, ignore_merges: true } } });
    const cut = createTokenizer({ tokenizer: json });
    const words = ["the", "river", "Brücke", "日本の", "", "🦙", "it's", "море", "x\u0085y", "  ", "there"];
    let seed = 1;
    const next = () => (seed = (seed * 48271) % 0x7fffffff);
    for (let round = 0; round < 30; round++) {
      const text = Array.from({ length: 40 + (next() % 200) }, () => words[next() % words.length]).join(" ");
      expect(cut.encode(text)).toEqual(uncut.encode(text));
    }
  });

  it("says which part of a tokenizer it cannot read", () => {
    const json = fixture<Record<string, unknown>>("byte-level/tokenizer.json");
    const build = (part: object) => () =>
      createTokenizer({ tokenizer: { ...json, ...part }, source: "x/tokenizer.json" });
    expect(build({ pre_tokenizer: { type: "Quantum" } })).toThrowError(
      expect.objectContaining({
        code: "unsupported",
        message: expect.stringMatching(/x\/tokenizer.json.*Quantum/),
      }),
    );
    const wordPiece = build({ decoder: { type: "WordPiece", prefix: "##" } })();
    expect(wordPiece.encode("the")).not.toEqual([]);
    expect(() => wordPiece.decode([1])).toThrowError(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining("WordPiece") }),
    );
  });
});
