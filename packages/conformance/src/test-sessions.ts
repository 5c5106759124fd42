import { type Architecture, capture, configReader } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { createTextModel, type GeneratedToken, type Session, type TextModel } from "@engine/runtime";
import { expect, test } from "vitest";
import { randomValues } from "./random.ts";
import type { ScheduleTestOptions } from "./test-schedules.ts";

/**
 * A session that was stopped, forked, rewound, saved and restored, and whose blocks were taken in between, goes on as
 * one that never was.
 */
export function testSessions<C>(
  architecture: Architecture<C>,
  folder: string,
  { backend, kv }: Pick<ScheduleTestOptions, "backend" | "kv">,
): void {
  const name = folder.replace(/\/+$/, "").split("/").at(-1)!;
  const reason = backend.unavailable();
  test(`${name} on ${backend.name}${kv ? `, kv in ${kv}` : ""}: a session goes on, whatever was done with it`, async ({
    skip,
  }) => {
    if (reason !== undefined) skip(reason);
    const { config, configPath, source } = await openCheckpoint(folder);
    const parsed = architecture.parse(configReader(config, configPath));
    const graph = capture(architecture, parsed, source);
    const device = await backend.open();
    const open = (options: object): Promise<TextModel> =>
      createTextModel({
        name,
        graph,
        source,
        device,
        blockTokens: 16,
        context: 128,
        ...(kv && { kv }),
        ...options,
      });
    const calm = await open({ sessions: 8 });
    const tight = await open({ sessions: 1, maxTokens: 24 });
    const short = await open({ sessions: 1, context: 48 });
    const ids = (seed: string, count: number): number[] =>
      Array.from(randomValues(seed, count, { from: 3, to: calm.vocab, positive: true }), Math.floor);
    const [first, second, third] = [ids("first", 37), ids("second", 9), ids("third", 5)];
    const answer = async (session: Session, prompt: readonly number[], maxTokens: number) =>
      (await session.generate(prompt, { maxTokens }).result).tokens;
    try {
      const plain = calm.session();
      const one = await answer(plain, first, 4);
      const plainFork = await plain.fork();
      const two = await answer(plain, second, 6);
      const other = await answer(plainFork, third, 6);
      const three = await answer(plain, third, 8);

      const tried = tight.session();
      const broken: GeneratedToken[] = [];
      for await (const token of tried.generate(first, { maxTokens: 60 })) {
        broken.push(token);
        if (broken.length === 4) break;
      }
      expect(broken.map(({ token }) => token)).toEqual(one);
      const fork = await tried.fork();
      // A text as long as the pool takes the blocks of all sessions.
      const flood = () => tight.generate(ids("flood", 100)).result;
      await flood();
      expect(await answer(tried, second, 6)).toEqual(two);
      expect(await answer(fork, third, 6)).toEqual(other);
      const at = tried.length;
      await answer(tried, ids("wrong", 20), 10);
      tried.rewind(at);
      const restored = await tight.restore(await tried.save());
      expect(await answer(tried, third, 8)).toEqual(three);
      await flood();
      expect(await answer(restored, third, 8)).toEqual(three);
      for (const session of [tried, fork, restored]) await session.dispose();
      expect(tight.stats().blocks.used).toBe(0);

      // Where old tokens are dropped, what is left is a text like any other, also for a recurrent state.
      const overflow = { policy: "sliding", keep: 5, drop: 20 } as const;
      const { tokens, dropped } = await short.generate(first, { maxTokens: 16, overflow }).result;
      expect(dropped).toEqual([{ begin: 5, tokens: 20, at: 11 }]);
      const text = [...first, ...tokens.slice(0, 11)];
      const fresh = calm.generate([...text.slice(0, 5), ...text.slice(25)], { maxTokens: 5 });
      expect(tokens.slice(11)).toEqual((await fresh.result).tokens);
    } finally {
      await calm.dispose();
      await tight.dispose();
      await short.dispose();
      await source.close();
      await device.close();
    }
  });
}
