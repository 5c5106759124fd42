import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reference } from "@engine/backend-reference";
import { applyDelta } from "@engine/conformance";
import { afterAll, describe, expect, test } from "vitest";
import { AutoModel } from "./index.ts";
import { registry } from "./registry.ts";

const conformance = fileURLToPath(new URL("../../conformance/", import.meta.url));
const made = mkdtempSync(join(tmpdir(), "engine-gguf-"));
afterAll(() => rmSync(made, { recursive: true }));

/** The GGUF file of a fixture. */
function ggufOf(name: string): Buffer {
  const weights = `${conformance}fixtures/${name}/model.safetensors`;
  return applyDelta(`${conformance}gguf/${name}.delta`, [weights]);
}

describe("a fixture in GGUF", () => {
  test.each([
    ["llama", "llama"],
    ["mixtral", "mixtral"],
    ["glm", "glm"],
    ["chatglm2", "chatglm"],
  ])("%s is loaded by the family %s, and says its golden text", async (name, architecture) => {
    const path = join(made, `${name}.gguf`);
    writeFileSync(path, ggufOf(name));
    const golden = JSON.parse(readFileSync(`${conformance}fixtures/${name}/golden.json`, "utf8")) as {
      readonly prompt_ids: number[];
      readonly greedy_tokens: number[];
    };
    await using model = await AutoModel.load(path, { registry: registry(), backend: reference });
    expect(model).toMatchObject({ architecture, name: `${name}.gguf` });
    expect(model.notes).toEqual([]);
    const { tokens } = await model.generate(golden.prompt_ids, { temperature: 0, maxTokens: 12 }).result;
    expect(tokens).toEqual(golden.greedy_tokens.slice(0, 12));
  });

  test("of an unknown architecture is refused with those that are known", async () => {
    const path = join(made, "unknown.gguf");
    const bytes = ggufOf("llama").toString("latin1").replace("llama", "lalma");
    writeFileSync(path, Buffer.from(bytes, "latin1"));
    await expect(AutoModel.load(path, { registry: registry() })).rejects.toMatchObject({
      code: "unknown-architecture",
      message: expect.stringMatching(/general\.architecture is "lalma".*Known in GGUF: .*llama, mistral3/),
    });
  });
});

const folder = fileURLToPath(new URL("../../../../shared/models/stories260K/", import.meta.url));
const absent = existsSync(folder) ? undefined : "no ../shared/models/stories260K beside the repository";

interface StoryGolden {
  readonly prompt: string;
  readonly prompt_ids: number[];
  readonly greedy_ids: number[];
}

/** How many of the first tokens are the golden's; weights of fewer bits leave its path sooner. */
const LEAST: Readonly<Record<string, number>> = { f32: 24, f16: 24, bf16: 8, q8_0: 8, q5_1: 4 };

describe.skipIf(absent)(`stories260K in GGUF${absent ? ` (skipped: ${absent})` : ""}`, () => {
  test.each(Object.entries(LEAST))("%s tells the golden's stories", async (type, least) => {
    const goldens = JSON.parse(readFileSync(`${folder}golden.json`, "utf8")) as readonly StoryGolden[];
    const path = `${folder}gguf/stories260K-${type}.gguf`;
    await using model = await AutoModel.load(path, { registry: registry(), backend: reference });
    expect(model).toMatchObject({ architecture: "llama", context: 512, notes: [] });
    expect(model.generationConfig).toEqual({ eosTokenIds: [2], bosTokenId: 1 });
    for (const { prompt, prompt_ids, greedy_ids } of goldens) {
      const ids = model.tokenizer!.encode(prompt);
      expect(ids).toEqual(prompt_ids);
      const { tokens } = await model.generate(ids, { temperature: 0, maxTokens: least }).result;
      const expected = greedy_ids.slice(ids.length, ids.length + least);
      expect(tokens.slice(0, expected.length)).toEqual(expected);
    }
  });

  test("a folder with several names them", async () => {
    await expect(AutoModel.load(`${folder}gguf`, { registry: registry() })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("holds 8 models in GGUF"),
    });
  });
});
