import { expect, test } from "vitest";
import type { GenerateResult } from "./generation.ts";
import { type LiveAnswer, LiveGeneration, type TokenSink } from "./live-generation.ts";

interface Traced {
  readonly generation: LiveGeneration;
  readonly log: string[];
  readonly sink: () => TokenSink;
  /** Chooses so many tokens. */
  readonly give: (count: number) => void;
}

/** A generation whose tokens come when the test says so, and what happens to it. */
function traced(fail?: Error): Traced {
  const log: string[] = [];
  let sink: TokenSink | undefined;
  let given = 0;
  let kept: number | undefined;
  const start = (to: TokenSink): LiveAnswer => {
    log.push("start");
    if (fail) throw fail;
    sink = to;
    return {
      async stop(taken) {
        log.push(`stop ${taken}`);
        kept = taken;
        to.end();
      },
      result: () => ({ tokens: [...Array(kept ?? given).keys()] }) as unknown as GenerateResult,
      settled: () => log.push("settled"),
    };
  };
  const generation = new LiveGeneration(start, () => ({ tokens: [] }) as unknown as GenerateResult);
  const give = (count: number): void => {
    for (let i = 0; i < count; i++) sink!.push({ token: given++, text: "" });
  };
  return { generation, log, sink: () => sink!, give };
}

async function collect(generation: LiveGeneration, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of generation) {
    tokens.push(token);
    if (tokens.length === most) break;
  }
  return tokens;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

test("nothing runs before it is asked for", async () => {
  const { generation, log, give, sink } = traced();
  expect(generation.result).toBeInstanceOf(Promise);
  await pause();
  expect(log).toEqual([]);
  const tokens = collect(generation);
  give(2);
  sink().end();
  expect(await tokens).toEqual([0, 1]);
  expect((await generation.result).tokens).toEqual([0, 1]);
  expect(log).toEqual(["start", "settled"]);
});

test("awaiting the result runs it; a loop afterwards gets the same tokens", async () => {
  const { generation, log, give, sink } = traced();
  const result = generation.result.then(({ tokens }) => tokens);
  give(3);
  sink().end();
  expect(await result).toEqual([0, 1, 2]);
  expect(log.at(-1)).toBe("settled");
  expect(await collect(generation)).toEqual([0, 1, 2]);
});

test("with a loop, the result comes when the loop has taken all", async () => {
  const { generation, log, give, sink } = traced();
  const iterator = generation[Symbol.asyncIterator]();
  const first = iterator.next();
  give(2);
  sink().end();
  expect((await first).value).toMatchObject({ token: 0 });
  await pause();
  expect(log).toEqual(["start"]);
  await iterator.next();
  expect((await generation.result).tokens).toEqual([0, 1]);
  expect((await iterator.next()).done).toBe(true);
});

test("who breaks out has what was taken, though more was chosen", async () => {
  const { generation, log, give } = traced();
  const tokens = collect(generation, 2);
  give(5);
  expect(await tokens).toEqual([0, 1]);
  expect((await generation.result).tokens).toEqual([0, 1]);
  expect(log).toEqual(["start", "stop 2", "settled"]);
  expect(await collect(generation)).toEqual([]);
});

test("stopped from outside: all loops end, and the result is there", async () => {
  const { generation, log, give } = traced();
  const iterator = generation[Symbol.asyncIterator]();
  const first = iterator.next();
  give(3);
  await first;
  await generation.stop();
  expect((await iterator.next()).done).toBe(true);
  expect((await generation.result).tokens).toEqual([0]);
  expect(log).toEqual(["start", "stop 1", "settled"]);
  await generation.stop();
});

test("stopped before it began, it never begins", async () => {
  const { generation, log } = traced();
  await generation.stop();
  expect((await generation.result).tokens).toEqual([]);
  expect(await collect(generation)).toEqual([]);
  expect(log).toEqual([]);
});

test("an error reaches the loop once its tokens are taken, and the result", async () => {
  const { generation, give, sink } = traced();
  const iterator = generation[Symbol.asyncIterator]();
  const first = iterator.next();
  give(2);
  sink().fail(new Error("broken"));
  await first;
  expect((await iterator.next()).value).toMatchObject({ token: 1 });
  await expect(iterator.next()).rejects.toThrow("broken");
  expect((await iterator.next()).done).toBe(true);
  await expect(generation.result).rejects.toThrow("broken");
});

test("an error before it begins; nobody waiting for it is no unhandled rejection", async () => {
  const { generation } = traced(new Error("refused"));
  await expect(generation[Symbol.asyncIterator]().next()).rejects.toThrow("refused");
  await pause();
  await expect(generation.result).rejects.toThrow("refused");
});
