import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { describe, expect, test } from "vitest";
import { AutoModel, Registry } from "./index.ts";

interface Golden {
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly text: string;
}

const stories = fileURLToPath(new URL("../../../../shared/models/stories260K/", import.meta.url));
const there = existsSync(stories);

describe.skipIf(!there)(`a trained model (skipped where ${stories} is absent)`, () => {
  const golden: readonly Golden[] = there ? JSON.parse(readFileSync(`${stories}golden.json`, "utf8")) : [];

  test.each(["hf-f32", "hf-f16"])("%s writes what an independent implementation writes", async (folder) => {
    await using model = await AutoModel.load(`${stories}${folder}`, {
      registry: new Registry([llama]),
      backend: reference,
    });
    expect(golden).toHaveLength(3);
    for (const { prompt, prompt_ids, greedy_ids, text } of golden) {
      let streamed = "";
      const generation = model.generate(prompt, { maxTokens: greedy_ids.length - prompt_ids.length });
      for await (const event of generation) streamed += event.text;
      const result = await generation.result;
      expect([...prompt_ids, ...result.tokens]).toEqual(greedy_ids);
      expect(prompt + result.text).toBe(text);
      expect(streamed).toBe(result.text);
    }
  });
});
