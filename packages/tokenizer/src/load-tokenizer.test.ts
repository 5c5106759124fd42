import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixtureFolder } from "../test/shared.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
const putTokenizer = () =>
  copyFile(join(fixtureFolder("sentencepiece"), "tokenizer.json"), join(folder, "tokenizer.json"));

describe("loadTokenizer", () => {
  it("reads a checkpoint folder", async () => {
    const tokenizer = await loadTokenizer(fixtureFolder("byte-level"));
    expect(tokenizer.decode(tokenizer.encode("the river"), { skipSpecialTokens: true })).toBe("the river");
    expect(tokenizer.hasChatTemplate).toBe(true);
  });

  it("needs tokenizer.json alone", async () => {
    await putTokenizer();
    const tokenizer = await loadTokenizer(folder);
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.hasChatTemplate]).toEqual([1, undefined, false]);
  });

  it("takes special tokens from special_tokens_map.json where the configuration names none", async () => {
    await putTokenizer();
    await put("special_tokens_map.json", { bos_token: "</s>", eos_token: { content: "</s>" } });
    await put("tokenizer_config.json", { bos_token: "<s>" });
    const tokenizer = await loadTokenizer(folder);
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([1, 2]);
  });

  it("prefers chat_template.jinja to the configuration, and that to chat_template.json", async () => {
    await putTokenizer();
    const rendered = async () => (await loadTokenizer(folder)).chatTemplate.render({ messages: [] });
    await put("chat_template.json", { chat_template: "third" });
    expect(await rendered()).toBe("third");
    await put("tokenizer_config.json", { chat_template: "second" });
    expect(await rendered()).toBe("second");
    await put("chat_template.jinja", "first");
    expect(await rendered()).toBe("first");
  });

  it("reads a list of templates", async () => {
    await putTokenizer();
    const list = ["default", "tool_use"].map((name) => ({ name, template: name }));
    await put("tokenizer_config.json", { chat_template: list });
    const { chatTemplate } = await loadTokenizer(folder);
    expect(chatTemplate.render({ messages: [], tools: [{}] })).toBe("tool_use");
  });

  it("says what it looked for, and what works without", async () => {
    const error = await loadTokenizer(folder).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "missing-file" });
    expect(String(error)).toContain(join(folder, "tokenizer.json"));
    expect(String(error)).toContain("--token-ids");
  });

  it("says which other format it found", async () => {
    await put("tokenizer.model", "x");
    await expect(loadTokenizer(folder)).rejects.toThrow(/There is tokenizer\.model.*save_pretrained/);
  });

  it("says that a folder is not there", async () => {
    await expect(loadTokenizer(join(folder, "nothing"))).rejects.toMatchObject({ code: "missing-file" });
  });

  it.each(["tokenizer.json", "tokenizer_config.json"])("names %s when it is no JSON", async (name) => {
    await putTokenizer();
    await put(name, "version https://git-lfs.github.com/spec/v1\n");
    const error = await loadTokenizer(folder).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "bad-tokenizer" });
    expect(String(error)).toContain(join(folder, name));
  });

  it("names a file that holds something else", async () => {
    await put("tokenizer.json", [1, 2]);
    await expect(loadTokenizer(folder)).rejects.toThrow(/tokenizer\.json holds no JSON object/);
    await put("tokenizer.json", { model: {} });
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: "unsupported" });
  });
});
