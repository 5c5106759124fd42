import { describe, expect, it } from "vitest";
import { fixture } from "../test/shared.ts";
import type { JsonObject } from "./json.ts";
import { readTokenizerJson } from "./tokenizer-json.ts";

const json = fixture<JsonObject>("byte-level/tokenizer.json");
const model = json.model as JsonObject;
const withModel = (part: JsonObject) => ({ ...json, model: { ...model, ...part } });

describe("readTokenizerJson", () => {
  it("takes older files, without a model type and without empty parts", () => {
    const { vocab, merges } = model;
    const old = readTokenizerJson({ model: { vocab, merges } }, "t.json");
    expect(old.model.type).toBe("BPE");
    expect([old.normalizer, old.decoder, old.added_tokens]).toEqual([null, null, []]);
  });

  it.each<[string, unknown, RegExp]>([
    ["no object", [], /top level/],
    ["no model", { ...json, model: undefined }, /"model" is missing/],
    ["a model that is a list", { ...json, model: [] }, /"model" is missing/],
    ["no vocabulary", withModel({ vocab: undefined }), /"model.vocab"/],
    ["an id that is no number", withModel({ vocab: { a: "0" } }), /model.vocab\["a"\]/],
    ["a negative id", withModel({ vocab: { a: -1 } }), /model.vocab\["a"\]/],
    ["a huge id", withModel({ vocab: { a: 2 ** 31 } }), /model.vocab\["a"\]/],
    ["no merges", withModel({ merges: undefined }), /"model.merges"/],
    ["a merge of one", withModel({ merges: ["a b", "c"] }), /model.merges\[1\]/],
    ["mixed merges", withModel({ merges: [["a", "b"], "c d"] }), /model.merges\[1\]/],
    ["a merge of three", withModel({ merges: [["a", "b", "c"]] }), /model.merges\[0\]/],
    [
      "a Unigram piece without score",
      { ...json, model: { type: "Unigram", vocab: [["a"]] } },
      /model.vocab\[0\]/,
    ],
    ["an empty Unigram", { ...json, model: { type: "Unigram", vocab: [] } }, /"model.vocab"/],
    ["added tokens that are no list", { ...json, added_tokens: {} }, /"added_tokens"/],
    ["an added token without content", { ...json, added_tokens: [{ id: 1 }] }, /added_tokens\[0\]/],
    [
      "an added token without id",
      { ...json, added_tokens: [{ content: "<s>" }] },
      /added_tokens\[0\] \("<s>"\)/,
    ],
    ["a decoder without type", { ...json, decoder: {} }, /"decoder" has no "type"/],
    ["a normalizer that is text", { ...json, normalizer: "NFC" }, /"normalizer"/],
  ])("refuses %s", (_, value, says) => {
    expect(() => readTokenizerJson(value, "dir/tokenizer.json")).toThrowError(
      expect.objectContaining({ code: "bad-tokenizer", message: expect.stringMatching(says) }),
    );
    expect(() => readTokenizerJson(value, "dir/tokenizer.json")).toThrowError(
      /^dir\/tokenizer\.json: .*download it again/,
    );
  });

  it.each([
    ["another model", { ...json, model: { type: "WordLevel", vocab: { a: 0 } } }],
    ["BPE with a subword prefix", withModel({ continuing_subword_prefix: "##" })],
  ])("does not read %s", (_, value) => {
    expect(() => readTokenizerJson(value, "t.json")).toThrowError(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});
