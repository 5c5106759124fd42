import { type Architecture, type Backend, type CacheDType, capture, configReader } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { createTextModel, type GenerateOptions, type TextModel } from "@engine/runtime";
import { expect, test } from "vitest";
import { randomValues } from "./random.ts";

export interface ScheduleTestOptions {
  readonly backend: Backend;
  /** Random schedules to run; 4 unless told. Each has other chunks. */
  readonly schedules?: number;
  /** What keys and values are stored as; the runtime's choice unless told. */
  readonly kv?: CacheDType;
}

interface Ask {
  readonly prompt: readonly number[];
  readonly options: GenerateOptions;
}

const CONTEXT = 96;

/**
 * An answer's tokens do not depend on what else runs: many answers at once, in a pool that holds hardly two of them,
 * with beginnings in common, some stopped in the middle, give what each gives alone.
 */
export function testSchedules<C>(
  architecture: Architecture<C>,
  folder: string,
  { backend, schedules = 4, kv }: ScheduleTestOptions,
): void {
  const name = folder.replace(/\/+$/, "").split("/").at(-1)!;
  const reason = backend.unavailable();
  test(`${name} on ${backend.name}${kv ? `, kv in ${kv}` : ""}: the same tokens alone and in any company`, async ({
    skip,
    annotate,
  }) => {
    if (reason !== undefined) skip(reason);
    const { config, configPath, source } = await openCheckpoint(folder);
    const parsed = architecture.parse(configReader(config, configPath));
    const graph = capture(architecture, parsed, source);
    const grows = graph.nodes.some(({ op, attrs }) => op.name === "attention" && attrs.window === undefined);
    const device = await backend.open();
    const open = (options: object): Promise<TextModel> =>
      createTextModel({
        name,
        graph,
        source,
        device,
        blockTokens: 16,
        context: CONTEXT,
        ...(kv && { kv }),
        ...options,
      });
    const alone = await open({ sessions: 4, prefixCache: false, maxSequences: 1 });
    const expected = new Map<Ask, readonly number[]>();
    const counts = { preemptions: 0, sharedTokens: 0, mixed: 0 };
    try {
      for (let schedule = 0; schedule < schedules; schedule++) {
        const dice = new Dice(`${name} ${schedule}`);
        const asks = Array.from({ length: 9 }, () => ask(dice, alone.vocab));
        for (const one of asks) {
          const { tokens } = await alone.generate(one.prompt, one.options).result;
          expected.set(one, tokens);
        }
        const sizes = [5, 16, 40, 64] as const;
        const maxTokens = sizes[schedule % sizes.length]!;
        const crowd = await open({ sessions: 1, maxSequences: 6, maxTokens, maxRows: 4 });
        await Promise.all(
          asks.map(async (one) => {
            for (let wait = dice.below(40); wait > 0; wait--) await Promise.resolve();
            const stopAfter = dice.below(4) === 0 ? 1 + dice.below(6) : Number.POSITIVE_INFINITY;
            const tokens: number[] = [];
            const generation = crowd.generate(one.prompt, one.options);
            for await (const { token } of generation) {
              tokens.push(token);
              counts.mixed = Math.max(counts.mixed, crowd.stats().running);
              if (tokens.length === stopAfter) break;
            }
            expect(tokens).toEqual(expected.get(one)!.slice(0, stopAfter));
            expect((await generation.result).tokens).toEqual(tokens);
          }),
        );
        const { preemptions, sharedTokens, blocks, running, waiting } = crowd.stats();
        expect([blocks.used, running, waiting]).toEqual([0, 0, 0]);
        counts.preemptions += preemptions;
        counts.sharedTokens += sharedTokens;
        await crowd.dispose();
      }
      await annotate(JSON.stringify(counts));
      expect(counts.mixed).toBeGreaterThan(1);
      if (schedules === 1) return;
      // With windows alone a text never grows beyond what it was let in with.
      if (grows) expect(counts.preemptions).toBeGreaterThan(0);
      expect(counts.sharedTokens).toBeGreaterThan(0);
    } finally {
      await alone.dispose();
      await source.close();
      await device.close();
    }
  });
}

function ask(dice: Dice, vocab: number): Ask {
  const ids = (seed: string, count: number): number[] =>
    Array.from(randomValues(seed, count, { from: 3, to: vocab, positive: true }), Math.floor);
  // Most begin like others: with a common beginning, the whole of it, or none.
  const common = ids("common", [40, 40, 20, 0][dice.below(4)]!);
  const prompt = [...common, ...ids(`own ${dice.below(1000)}`, 1 + dice.below(30))];
  const draws: readonly GenerateOptions[] = [
    {},
    {},
    { temperature: 1.2, seed: dice.below(100) },
    { temperature: 0.9, topK: 12, topP: 0.9, seed: dice.below(100) },
    { repetitionPenalty: 1.3, frequencyPenalty: 0.4, logitBias: { 7: 3 } },
  ];
  return { prompt, options: { maxTokens: 1 + dice.below(24), ...draws[dice.below(draws.length)]! } };
}

/** Random whole numbers, the same for the same seed. */
class Dice {
  readonly #values: Float32Array;
  #at = 0;

  constructor(seed: string) {
    this.#values = randomValues(seed, 1000, { from: 0, to: 1, positive: true });
  }

  below(count: number): number {
    return Math.min(count - 1, Math.floor(this.#values[this.#at++ % this.#values.length]! * count));
  }
}
