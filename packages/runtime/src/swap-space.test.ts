import { type Architecture, attention, capture, gather, matmul, shortConv } from "@engine/core";
import { expect, test } from "vitest";
import { tinyModel, tinySource } from "../test/tiny-model.ts";
import type { TextModel, TextModelOptions } from "./index.ts";

/** Room for one text of 64 tokens, in blocks of 16. */
const SIZES = { context: 64, sessions: 1, blockTokens: 16, maxSequences: 1, prefixCache: false };
const GREEDY = { temperature: 0, maxTokens: 4 };
const openTiny = async (options: Partial<TextModelOptions>): Promise<TextModel> =>
  (await tinyModel(options)).model;
const PROMPTS = [1, 2, 3].map((seed) => Array.from({ length: 30 }, (_, i) => (i * seed + 5) % 32));

/** Files in memory; `open` counts those not closed. */
function memoryFiles() {
  const files = {
    where: "memory",
    open: 0,
    async create() {
      files.open++;
      const held: number[] = [];
      return {
        write: async (bytes: Uint8Array, at: number) => void held.splice(at, bytes.length, ...bytes),
        read: async (into: Uint8Array, at: number) => into.set(held.slice(at, at + into.length)),
        close: async () => void files.open--,
      };
    },
  };
  return files;
}

/** Three sessions take turns on memory for one. */
async function turns(model: TextModel): Promise<number[][]> {
  const sessions = PROMPTS.map(() => model.session());
  const said: number[][] = PROMPTS.map(() => []);
  for (let round = 0; round < 3; round++) {
    for (const [i, session] of sessions.entries()) {
      const prompt = round === 0 ? PROMPTS[i]! : [7, 8 + i];
      said[i]!.push(...(await session.generate(prompt, GREEDY).result).tokens);
    }
  }
  return said;
}

test("sessions that rest lie in files, and go on to the same tokens", async () => {
  await using plain = await openTiny(SIZES);
  const swapFiles = memoryFiles();
  const swapping = await openTiny({ ...SIZES, swapFiles });
  const expected = await turns(plain);
  expect(await turns(swapping)).toEqual(expected);
  const { swap, promptTokens } = swapping.stats();
  expect(swap).toMatchObject({ written: 8, restored: 6 });
  expect(swap?.error).toBeUndefined();
  // Without files, what a session said before is computed again in each round.
  expect(promptTokens).toBeLessThan(plain.stats().promptTokens);
  await swapping.dispose();
  expect(swapFiles.open).toBe(0);
});

test("windows' blocks come back too", async () => {
  const config = { sliding_window: 9, layer_types: ["full_attention", "sliding_attention"] };
  const { model: plain } = await tinyModel(SIZES, config);
  const { model } = await tinyModel({ ...SIZES, swapFiles: memoryFiles() }, config);
  expect(await turns(model)).toEqual(await turns(plain));
  expect(model.stats().swap!.written).toBeGreaterThan(0);
  await Promise.all([plain.dispose(), model.dispose()]);
});

test("a session that ends or is rewound gives its file up", async () => {
  await using model = await openTiny({ ...SIZES, swapFiles: memoryFiles() });
  const [first, second] = [model.session(), model.session()];
  await first.generate(PROMPTS[0]!, GREEDY).result;
  await second.generate(PROMPTS[1]!, GREEDY).result;
  expect(model.stats().swap).toMatchObject({ texts: 1 });
  first.rewind(5);
  expect(model.stats().swap).toMatchObject({ texts: 0, bytes: 0 });
  await first.generate(PROMPTS[2]!, GREEDY).result;
  expect(model.stats().swap).toMatchObject({ texts: 1 });
  await second.dispose();
  expect(model.stats().swap).toMatchObject({ texts: 0, restored: 0 });
});

test("where files cannot be written the error says so once, and answers are the same", async () => {
  await using plain = await openTiny(SIZES);
  const create = async () => Promise.reject(new Error("no space left on device"));
  await using model = await openTiny({ ...SIZES, swapFiles: { where: "/swap", create } });
  expect(await turns(model)).toEqual(await turns(plain));
  expect(model.stats().swap).toMatchObject({
    texts: 0,
    written: 0,
    error: expect.stringMatching(
      /cannot be swapped to \/swap: no space left on device\. They are computed again instead\.$/,
    ),
  });
});

/** A layer whose every row mixes the last two, and one of attention. */
const recurrent: Architecture<undefined> = {
  api: 1,
  name: "recurrent",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const embed = weights.at("model.embed_tokens").get();
    const layer = weights.at("model.layers.0");
    const taps = step.constant(
      Float32Array.from({ length: 48 }, (_, i) => Math.sin(i + 1)),
      [16, 1, 3],
    );
    let x = gather(embed, step.tokens);
    x = x.add(shortConv(x, taps, "conv"));
    const of = (name: string) => matmul(x, layer.at(`self_attn.${name}`).get());
    const cache = step.cache(0).append(of("k_proj").heads(2), of("v_proj").heads(2));
    const mixed = attention(of("q_proj").heads(4), cache.tensor, { scale: 0.5 });
    return matmul(step.wanted(x.add(mixed.merge())), embed);
  },
};

test("recurrent state goes to files and comes back with its blocks", async () => {
  const source = tinySource();
  const graph = capture(recurrent, undefined, source);
  const open = (more: Partial<TextModelOptions>) => openTiny({ ...SIZES, graph, source, ...more });
  await using plain = await open({});
  const pieces: number[] = [];
  const files = memoryFiles();
  const swapFiles = {
    ...files,
    async create() {
      const file = await files.create();
      const write = (bytes: Uint8Array, at: number) => {
        pieces.push(bytes.length);
        return file.write(bytes, at);
      };
      return { ...file, write };
    },
  };
  await using model = await open({ swapFiles });
  expect(await turns(model)).toEqual(await turns(plain));
  expect(model.stats().swap).toMatchObject({ written: 8, restored: 6 });
  expect(model.stats().promptTokens).toBeLessThan(plain.stats().promptTokens);
  // Two rows of 16 channels beside the blocks.
  expect(pieces.filter((bytes) => bytes === 2 * 16 * 4)).toHaveLength(8);
});
