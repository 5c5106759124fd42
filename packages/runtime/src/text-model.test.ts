import { reference } from "@engine/backend-reference";
import { EngineError, selectRow } from "@engine/core";
import { describe, expect, test } from "vitest";
import { countSteps, tinyModel, tinySource, VOCAB } from "../test/tiny-model.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

/** All rows that `logits` hands out. */
async function rows(
  model: Awaited<ReturnType<typeof tinyModel>>["model"],
  ids = PROMPT,
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  await model.logits(ids, { onRow: (position, logits) => (found[position] = logits.slice()) });
  return found;
}

describe("logits", () => {
  test("every row, whatever the chunks; the last one's best is the next token", async () => {
    const { model } = await tinyModel();
    const all = await rows(model);
    expect(all).toHaveLength(PROMPT.length);
    expect(all.every((row) => row.length === VOCAB)).toBe(true);
    const cut = await tinyModel({ maxRows: 5 });
    expect(await rows(cut.model)).toEqual(all);
    const { tokens } = await model.generate(PROMPT, { maxTokens: 1 }).result;
    const greedy = { top: 1, temperature: Float32Array.of(0) };
    expect([...selectRow(all.at(-1)!, 0, greedy).ids]).toEqual(tokens);
  });

  test("traces come along", async () => {
    const { model } = await tinyModel({ maxRows: 5 });
    const seen: Record<string, number[]> = { embed: [], layer1: [] };
    const widths = new Set<number>();
    await model.logits(PROMPT, {
      onRow: () => {},
      taps: ["embed", "layer1"],
      onTap(name, firstRow, values, width) {
        widths.add(width);
        seen[name]!.push(firstRow, values.length / width);
        expect(values.some((value) => value !== 0)).toBe(true);
      },
    });
    expect(seen).toEqual({ embed: [0, 5, 5, 5, 10, 2], layer1: [0, 5, 5, 5, 10, 2] });
    expect([...widths]).toEqual([16]);
    const names = new Set<string>();
    await model.logits([1], { onRow: () => {}, taps: "all", onTap: (name) => names.add(name) });
    expect([...names].sort()).toEqual(["embed", "final", "layer0", "layer1"]);
  });

  test("the first row of the embedding trace is the table's", async () => {
    const { model } = await tinyModel();
    const row = new Float32Array(16);
    await tinySource().read(
      "model.embed_tokens.weight",
      "data",
      Float64Array.of(3 * 64, 64),
      new Uint8Array(row.buffer),
    );
    await model.logits([3], {
      onRow: () => {},
      taps: ["embed"],
      onTap: (_, __, values) => expect(values).toEqual(row),
    });
    expect.assertions(1);
  });

  test.each([
    [[], {}, "there are no token ids"],
    [[99], {}, "entry 0 is 99"],
    [new Array(201).fill(1), {}, "201 tokens, but the context is 200"],
    [[1], { taps: ["layer9"] }, 'no trace "layer9"; there are embed, layer0'],
    [[1], { signal: AbortSignal.abort() }, "was stopped"],
  ])("%j with %j is refused", async (ids, options, message) => {
    const { model, device } = await tinyModel();
    const live = device.liveBytes();
    await expect(model.logits(ids, { onRow: () => {}, ...options })).rejects.toThrow(message);
    expect(device.liveBytes()).toBe(live);
  });

  test("an error of the caller's own comes back, and the blocks too", async () => {
    const { model } = await tinyModel({ context: 64, sessions: 1 });
    const broken = () => {
      throw new Error("mine");
    };
    for (let i = 0; i < 5; i++) await expect(model.logits(PROMPT, { onRow: broken })).rejects.toThrow("mine");
    const long = new Array(64).fill(1);
    expect(await rows(model, long)).toHaveLength(64);
  });
});

describe("nothing leaks", () => {
  /** Uses a model in every way, then says whether the whole pool is free again. */
  test("blocks are free again after answers that end, stop and fail", async () => {
    const { model } = await tinyModel({ context: 64, sessions: 1 });
    const whole = async () =>
      (await model.generate(new Array(40).fill(1), { maxTokens: 24 }).result).usage.completionTokens;
    expect(await whole()).toBe(24);
    for await (const _ of model.generate(PROMPT)) break;
    expect(await whole()).toBe(24);
    await model.generate(PROMPT, { signal: AbortSignal.abort() }).result;
    await expect(model.generate([99]).result).rejects.toThrow();
    expect(await whole()).toBe(24);
    const session = model.session();
    await session.generate(new Array(40).fill(1), { maxTokens: 2 }).result;
    const fork = await session.fork();
    // Sessions that rest give their blocks up, and are computed again when they go on.
    expect(await whole()).toBe(24);
    const rest = await session.generate([], { maxTokens: 4 }).result;
    expect((await fork.generate([], { maxTokens: 4 }).result).tokens).toEqual(rest.tokens);
    await session.dispose();
    await fork.dispose();
    expect(await whole()).toBe(24);
    expect(model.stats().blocks.used).toBe(0);
  });

  test("windows need no more blocks than were set aside, however long the text", async () => {
    for (const maxTokens of [3, 16, 64]) {
      const windows = { sliding_window: 33, layer_types: ["sliding_attention", "full_attention"] };
      const { model } = await tinyModel({ context: 180, sessions: 1, maxTokens }, windows);
      for (let i = 0; i < 2; i++) {
        const { usage } = await model.generate(new Array(100).fill(5)).result;
        expect(usage.completionTokens).toBe(80);
      }
    }
  });

  test("an answer nobody asks for holds nothing, and none begins after dispose", async () => {
    const { model, device } = await tinyModel();
    const unasked = model.generate(PROMPT);
    await model.dispose();
    expect(device.liveBytes()).toBe(0);
    await expect(unasked.result).rejects.toMatchObject({ code: "disposed" });
  });

  test("a step that fails leaves the session usable", async () => {
    const device = await reference.open();
    const steps = countSteps(device);
    const { model } = await tinyModel({ device });
    const expected = (await model.generate(PROMPT, { maxTokens: 6 }).result).tokens;
    const at = steps.count + 4;
    steps.onStep = (count) => {
      if (count === at) throw new EngineError("backend-failed", "The device is gone.");
    };
    const session = model.session();
    const generation = session.generate(PROMPT, { maxTokens: 6 });
    const tokens: number[] = [];
    const reading = async () => {
      for await (const { token } of generation) tokens.push(token);
    };
    await expect(reading()).rejects.toThrow("The device is gone.");
    await expect(generation.result).rejects.toThrow("The device is gone.");
    const rest = await session.generate([], { maxTokens: 6 - tokens.length }).result;
    expect([...tokens, ...rest.tokens]).toEqual(expected);
  });

  test("device bytes are 0 after dispose, also in the middle of an answer", async () => {
    const { model, device } = await tinyModel();
    expect(device.liveBytes()).toBeGreaterThan(0);
    const session = model.session();
    const generation = session.generate(PROMPT);
    const iterator = generation[Symbol.asyncIterator]();
    await iterator.next();
    // Waiting for it is what starts it.
    const other = model.generate([1]).result.then(({ finishReason }) => finishReason);
    await model.dispose();
    expect(device.liveBytes()).toBe(0);
    expect((await generation.result).finishReason).toBe("abort");
    expect(await other).toBe("abort");
    expect((await iterator.next()).done).toBe(true);
    await model.dispose();
    await session.dispose();
  });

  test("what is used after dispose says so", async () => {
    const { model } = await tinyModel();
    const session = model.session();
    await session.dispose();
    await expect(session.generate([1]).result).rejects.toMatchObject({ code: "disposed" });
    await expect(session.fork()).rejects.toMatchObject({ code: "disposed" });
    await model.dispose();
    expect(() => model.session()).toThrow("was disposed");
    await expect(model.logits([1], { onRow: () => {} })).rejects.toMatchObject({ code: "disposed" });
  });

  test("disposing a session in its own loop ends the loop", async () => {
    const { model } = await tinyModel();
    const session = model.session();
    const generation = session.generate(PROMPT);
    let count = 0;
    for await (const _ of generation) if (++count === 2) await session.dispose();
    expect(count).toBe(2);
    expect((await generation.result).finishReason).toBe("abort");
  });

  test("a load that is stopped or fails leaves nothing on the device", async () => {
    for (const stopAt of [0, 5]) {
      const device = await reference.open();
      const abort = new AbortController();
      let weights = 0;
      const onProgress = () => {
        if (weights++ === stopAt) abort.abort();
      };
      await expect(tinyModel({ device, signal: abort.signal, onProgress })).rejects.toMatchObject({
        code: "aborted",
      });
      expect(device.liveBytes()).toBe(0);
    }
    const device = await reference.open();
    device.plan = async () => {
      throw new EngineError("backend-failed", "No plan.");
    };
    await expect(tinyModel({ device })).rejects.toThrow("No plan.");
    expect(device.liveBytes()).toBe(0);
  });
});

test("the model says what it is", async () => {
  const { model } = await tinyModel({ kv: "int8" });
  expect(model).toMatchObject({ name: "tiny", context: 200, vocab: VOCAB, state: { sessions: 4 } });
  expect(model.weights.resident).toBeGreaterThan(0);
  expect(model.device.name).toContain("reference");
});
