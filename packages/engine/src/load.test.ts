import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { backends, load, type Model, registry } from "./index.ts";

interface Golden {
  readonly prompt_ids: number[];
  readonly greedy_tokens: number[];
}

interface StoryGolden {
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly text: string;
}

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../conformance/fixtures/${name}/`, import.meta.url));
const stories = fileURLToPath(new URL("../../../../shared/models/stories260K/", import.meta.url));
const storiesThere = existsSync(stories);

async function greedy(model: Model, { prompt_ids, greedy_tokens }: Golden): Promise<number[]> {
  return (await model.generate(prompt_ids, { maxTokens: greedy_tokens.length, temperature: 0 }).result)
    .tokens;
}

describe.each(backends().map((backend) => [backend.name, backend] as const))("%s", (_, backend) => {
  const unavailable = backend.unavailable();
  // The reference backend has one thread, whatever it is told.
  const threadCounts = backend === backends().at(-1) ? [1] : [1, 2];

  test.skipIf(unavailable !== undefined).each(["llama", "mistral", "llama_dynamic"])(
    `%s (skipped where the backend cannot run: ${unavailable ?? "it can"})`,
    async (name) => {
      const golden: Golden = JSON.parse(readFileSync(`${fixture(name)}golden.json`, "utf8"));
      // The dynamic one was made for 32 tokens; its golden goes beyond them.
      await using model = await load(fixture(name), { backend, threads: 2, context: 100 });
      expect(model.backend).toBe(backend.name);
      expect(await greedy(model, golden)).toEqual(golden.greedy_tokens);
    },
  );

  test
    .skipIf(unavailable !== undefined || !storiesThere)
    .each(
      ["hf-f32", "hf-f16"].flatMap((folder) => threadCounts.map((threads) => [folder, threads] as const)),
    )(`stories in %s on %i threads (skipped where ${stories} is absent)`, async (folder, threads) => {
    const golden: readonly StoryGolden[] = JSON.parse(readFileSync(`${stories}golden.json`, "utf8"));
    await using model = await load(`${stories}${folder}`, { backend, threads });
    for (const { prompt, prompt_ids, greedy_ids, text } of golden) {
      const maxTokens = greedy_ids.length - prompt_ids.length;
      const result = await model.generate(prompt, { maxTokens }).result;
      expect([...prompt_ids, ...result.tokens]).toEqual(greedy_ids);
      expect(prompt + result.text).toBe(text);
    }
  });
});

test("the first backend that runs here is taken, and the user told about the others", async () => {
  await using model = await load(fixture("llama"));
  const usable = backends().filter((backend) => backend.unavailable() === undefined);
  expect(model.backend).toBe(usable[0]!.name);
  expect(model.notes).toHaveLength(backends().indexOf(usable[0]!));
});

test("every family is registered once, with the model types of the contract's level", () => {
  const names = registry().architectures.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("llama");
  expect(registry()).not.toBe(registry());
});
