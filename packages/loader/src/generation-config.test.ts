import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../test/files.ts";
import { readGenerationConfig } from "./generation-config.ts";

const at = temporaryFolder();

async function read(json: object | undefined, config: unknown = {}) {
  if (json) await writeFile(at("generation_config.json"), JSON.stringify(json));
  return readGenerationConfig(json && at("generation_config.json"), { config, path: "config.json" });
}

describe("readGenerationConfig", () => {
  it("reads all it knows and nothing else", async () => {
    const config = await read({
      eos_token_id: [2, 5],
      bos_token_id: 1,
      pad_token_id: 0,
      do_sample: true,
      temperature: 0.6,
      top_k: 20,
      top_p: 0.95,
      min_p: 0.05,
      repetition_penalty: 1.1,
      suppress_tokens: [7, 8],
      max_new_tokens: 100,
      transformers_version: "5.23.0",
    });
    expect(config).toEqual({
      eosTokenIds: [2, 5],
      bosTokenId: 1,
      padTokenId: 0,
      doSample: true,
      temperature: 0.6,
      topK: 20,
      topP: 0.95,
      minP: 0.05,
      repetitionPenalty: 1.1,
      suppressTokens: [7, 8],
      maxNewTokens: 100,
    });
  });

  it("makes one id a list, and null and -1 absent", async () => {
    const config = await read({
      eos_token_id: 2,
      bos_token_id: null,
      pad_token_id: -1,
      top_k: null,
      suppress_tokens: [],
    });
    expect(config).toEqual({ eosTokenIds: [2] });
  });

  it("takes special tokens from the model's config where it is silent", async () => {
    expect(await read(undefined, { eos_token_id: 3, pad_token_id: 9 })).toEqual({
      eosTokenIds: [3],
      padTokenId: 9,
    });
    expect(await read({ temperature: 1 }, { text_config: { eos_token_id: [1, 106] } })).toEqual({
      eosTokenIds: [1, 106],
      temperature: 1,
    });
    expect(await read({ eos_token_id: 4 }, { eos_token_id: 3 })).toEqual({ eosTokenIds: [4] });
    const both = { eos_token_id: 3, text_config: { eos_token_id: 5, bos_token_id: 6 } };
    expect(await read({}, both)).toEqual({ eosTokenIds: [3], bosTokenId: 6 });
    expect(await read(undefined, [])).toEqual({ eosTokenIds: [] });
  });

  it.each([
    [
      { eos_token_id: "2" },
      '"eos_token_id" must be a token id or a list of them, but is "2". Correct or remove it.',
    ],
    [
      { eos_token_id: [1, -2] },
      '"eos_token_id" must be a token id or a list of them, but is [1,-2]. Correct or remove it.',
    ],
    [{ do_sample: 1 }, '"do_sample" must be true or false, but is 1.'],
    [{ temperature: "hot" }, '"temperature" must be a number, but is "hot".'],
    [{ temperature: -1 }, '"temperature" must be 0 or more, but is -1. Correct or remove it.'],
    [{ top_k: 1.5 }, '"top_k" must be a whole number, but is 1.5.'],
    [{ top_p: 1.5 }, '"top_p" must be between 0 and 1, but is 1.5. Correct or remove it.'],
    [{ min_p: [0] }, '"min_p" must be a number, but is [0].'],
    [{ repetition_penalty: 0 }, '"repetition_penalty" must be above 0, but is 0. Correct or remove it.'],
    [
      { suppress_tokens: { a: 1 } },
      '"suppress_tokens" must be a token id or a list of them, but is {"a":1}. Correct or remove it.',
    ],
    [{ max_new_tokens: 0 }, '"max_new_tokens" must be 1 or more, but is 0. Correct or remove it.'],
  ])("refuses %j", async (json, message) => {
    const error = await failure(read(json));
    expect(error.code).toBe("bad-config");
    expect(error.message).toBe(`${at("generation_config.json")}: ${message}`);
  });

  it("names the model's config when the fault lies there", async () => {
    expect((await failure(read(undefined, { text_config: { eos_token_id: true } }))).message).toBe(
      'config.json: text_config: "eos_token_id" must be a token id or a list of them, but is true. Correct or remove it.',
    );
  });
});
