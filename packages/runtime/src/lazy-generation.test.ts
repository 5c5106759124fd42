import { expect, test } from "vitest";
import type { GeneratedToken, GenerateResult } from "./generation.ts";
import { LazyGeneration } from "./lazy-generation.ts";

interface Traced {
  readonly generation: LazyGeneration;
  readonly log: string[];
}

/** A generation of n tokens that writes down what happens to it. */
function traced(count: number, failAt = Number.POSITIVE_INFINITY): Traced {
  const log: string[] = [];
  let finishReason: GenerateResult["finishReason"] = "abort";
  const tokens = async function* (): AsyncGenerator<GeneratedToken, void, undefined> {
    log.push("start");
    try {
      for (let token = 0; token < count; token++) {
        if (token === failAt) throw new Error("broken");
        log.push(`token ${token}`);
        yield { token, text: String(token) };
      }
      finishReason = "stop";
    } finally {
      log.push("end");
    }
  };
  return { generation: new LazyGeneration(tokens, () => ({ finishReason }) as GenerateResult), log };
}

async function collect(generation: LazyGeneration, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of generation) {
    tokens.push(token);
    if (tokens.length === most) break;
  }
  return tokens;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

test("nothing runs before it is asked for", async () => {
  const { generation, log } = traced(2);
  expect(generation.result).toBeInstanceOf(Promise);
  await pause();
  expect(log).toEqual([]);
  expect(await collect(generation)).toEqual([0, 1]);
  expect((await generation.result).finishReason).toBe("stop");
  expect(log).toEqual(["start", "token 0", "token 1", "end"]);
});

test("awaiting the result runs it; a loop afterwards gets the same tokens", async () => {
  const { generation, log } = traced(3);
  expect((await generation.result).finishReason).toBe("stop");
  expect(log.at(-1)).toBe("end");
  expect(await collect(generation)).toEqual([0, 1, 2]);
});

test("result and loop at once", async () => {
  const { generation } = traced(3);
  const [tokens, result] = await Promise.all([collect(generation), generation.result]);
  expect(tokens).toEqual([0, 1, 2]);
  expect(result.finishReason).toBe("stop");
  const other = traced(3).generation;
  const [again, later] = await Promise.all([other.result, collect(other)]);
  expect(later).toEqual([0, 1, 2]);
  expect(again.finishReason).toBe("stop");
});

test("breaking out stops it", async () => {
  const { generation, log } = traced(9);
  expect(await collect(generation, 2)).toEqual([0, 1]);
  expect(log).toEqual(["start", "token 0", "token 1", "end"]);
  expect((await generation.result).finishReason).toBe("abort");
  expect(await collect(generation)).toEqual([]);
});

test("stopping one that never ran settles its result", async () => {
  const { generation, log } = traced(9);
  await generation.stop();
  expect((await generation.result).finishReason).toBe("abort");
  expect(await collect(generation)).toEqual([]);
  expect(log).toEqual([]);
});

test("an error reaches loop and result, and is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const first = traced(3, 1).generation;
  await expect(collect(first)).rejects.toThrow("broken");
  await pause();
  const second = traced(3, 1).generation;
  await expect(second.result).rejects.toThrow("broken");
  await pause();
  await expect(first.result).rejects.toThrow("broken");
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
