import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DeviceOptions } from "@engine/core";
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

test.for(backends().map((backend) => [backend.name, backend] as const))(
  "%s holds no bytes after answers that end, stop and fail, and a dispose in the middle of one",
  async ([_, backend], { skip }) => {
    const unavailable = backend.unavailable();
    skip(unavailable !== undefined, unavailable);
    let live: (() => number) | undefined;
    let left: number | undefined;
    const watched = {
      ...backend,
      async open(options?: DeviceOptions) {
        const device = await backend.open(options);
        const close = device.close.bind(device);
        live = () => device.liveBytes();
        device.close = async () => {
          left = device.liveBytes();
          await close();
        };
        return device;
      },
    };
    const model = await load(fixture("mistral"), { backend: watched, threads: 2, context: 120 });
    const resting = live!();
    expect(resting).toBeGreaterThan(0);
    const prompt = [5, 6, 7, 8];
    await model.generate(prompt, { maxTokens: 5, temperature: 1 }).result;
    for await (const _token of model.generate(prompt)) break;
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 5);
    const stopped = await model.generate(prompt, { signal: abort.signal }).result;
    expect(["abort", "length"]).toContain(stopped.finishReason);
    await expect(model.generate([-1]).result).rejects.toThrow();
    const session = model.session();
    await session.generate(prompt, { maxTokens: 40 }).result;
    const fork = await session.fork();
    const answers = [session, fork].map((one) => one.generate([9], { maxTokens: 20 }).result);
    const [tokens, forked] = (await Promise.all(answers)).map((result) => result.tokens);
    expect(forked).toEqual(tokens);
    const iterator = fork.generate([1])[Symbol.asyncIterator]();
    await iterator.next();
    expect(live!()).toBe(resting);
    await model.dispose();
    expect(left).toBe(0);
  },
);

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
