import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { reference } from "@engine/backend-reference";
import { describe, expect, test } from "vitest";
import { AutoModel } from "./index.ts";
import { registry } from "./registry.ts";

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
