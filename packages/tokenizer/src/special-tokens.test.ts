import { describe, expect, it } from "vitest";
import { fixture } from "../test/shared.ts";
import { createTokenizer } from "./create-tokenizer.ts";
import type { JsonObject } from "./json.ts";
import { leadingToken } from "./special-tokens.ts";

const json = fixture<JsonObject>("sentencepiece/tokenizer.json");
const named = { bos_token: "<s>", eos_token: { content: "</s>" } };

function make(config: JsonObject, parts: JsonObject = {}) {
  return createTokenizer({ tokenizer: { ...json, ...parts }, config });
}

describe("BOS and EOS around a text", () => {
  it("follow the two flags for the Llama and Gemma classes, whatever the file says", () => {
    const llama = { ...named, tokenizer_class: "LlamaTokenizerFast" };
    const ids = make(llama).encode("the", { addSpecialTokens: false });
    expect(make(llama).encode("the")).toEqual([1, ...ids]);
    expect(make({ ...llama, add_bos_token: false }).encode("the")).toEqual(ids);
    expect(make({ ...llama, add_eos_token: true }).encode("the")).toEqual([1, ...ids, 2]);
    expect(make(llama, { post_processor: null }).encode("the")).toEqual([1, ...ids]);
  });

  it("follow the file for other classes, and the flag where the file says nothing", () => {
    expect(make({ ...named, add_bos_token: false }).encode("the")[0]).toBe(1);
    expect(make(named, { post_processor: null }).encode("the")[0]).not.toBe(1);
    expect(make({ ...named, add_bos_token: true }, { post_processor: null }).encode("the")[0]).toBe(1);
    expect(
      make({ ...named, add_bos_token: true }, { post_processor: { type: "ByteLevel" } }).encode("the")[0],
    ).toBe(1);
  });

  it("cannot follow a flag for a token nobody names", () => {
    const config = { tokenizer_class: "LlamaTokenizerFast", add_bos_token: true };
    expect(make(config, { post_processor: null }).encode("the")[0]).not.toBe(1);
  });
});

describe("declared tokens", () => {
  it("are added and flagged by the configuration", () => {
    const tokenizer = make({
      ...named,
      added_tokens_decoder: {
        "1000": { content: "<|tool|>", special: true },
        "1001": { content: "<note>", special: false },
        x: { content: "<bad>" },
      },
    });
    expect(tokenizer.encode("<|tool|><note>", { addSpecialTokens: false })).toEqual([1000, 1001]);
    expect(tokenizer.decode([1000, 1001], { skipSpecialTokens: true })).toBe("<note>");
    expect(tokenizer.tokenId("<bad>")).toBeUndefined();
    expect(tokenizer.vocabSize).toBe(1002);
  });

  it("keep the id the vocabulary gives them", () => {
    const id = make({}).tokenId("▁the")!;
    const tokenizer = make({ added_tokens_decoder: { "999": { content: "▁the", special: true } } });
    expect(tokenizer.tokenId("▁the")).toBe(id);
    expect(tokenizer.specialIds.has(id)).toBe(true);
  });

  it("count named and additional ones as special", () => {
    const id = make({}).tokenId("▁the")!;
    for (const config of [{ eos_token: "▁the" }, { additional_special_tokens: [{ content: "▁the" }] }]) {
      expect(make(config).specialIds.has(id)).toBe(true);
    }
    expect(make({ additional_special_tokens: ["no such token"] }).tokenId("no such token")).toBeUndefined();
  });
});

describe("leadingToken", () => {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = { Sequence: { id: "A", type_id: 0 } };
  const template = (...single: object[]) => ({ type: "TemplateProcessing", single });

  it("finds BOS inside sequences, and no [CLS]", () => {
    expect(
      leadingToken({ type: "Sequence", processors: [{ type: "ByteLevel" }, template(special("<s>"), text)] }),
    ).toBe("<s>");
    expect(leadingToken(template(special("[CLS]"), text, special("[SEP]")))).toBeUndefined();
    expect(leadingToken(template(text, special("</s>")))).toBeUndefined();
    expect(leadingToken(null)).toBeUndefined();
  });
});
