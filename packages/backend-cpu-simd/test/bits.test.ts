import { CACHE_DTYPES, type Device } from "@engine/core";
import { afterEach, describe, expect, test } from "vitest";
import { cpuSimd, cpuSimdAt, isaLevels } from "../src/index.ts";
import { bitsOf, hiddenOf, openTiny, SIZE, stepOf, type TinyOptions, textOf } from "./tiny-model.ts";

const LENGTH = 330;
const text = textOf(LENGTH);
const opened: Device[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

/** A row's numbers do not depend on what runs beside it, on how a prompt is cut, or on the threads. */
describe.skipIf(cpuSimd.unavailable()).each(isaLevels())("bits at %s", (level) => {
  const open = async (threads: number, options: TinyOptions = {}) => {
    const device = await cpuSimdAt(level, { everyThread: true }).open({ threads });
    opened.push(device);
    return (await openTiny(device, options)).plan;
  };
  const whole = async (options: TinyOptions = {}): Promise<Uint32Array> =>
    bitsOf(await hiddenOf(await open(1, options), stepOf({ tokens: text, cached: 0 })));

  for (const threads of [2, 3]) {
    test(`are those of one thread with ${threads}`, async () => {
      const plan = await open(threads);
      expect(bitsOf(await hiddenOf(plan, stepOf({ tokens: text, cached: 0 })))).toEqual(await whole());
    });
  }

  const options: TinyOptions[] = [
    // An emulated level differs in products of what bf16 holds alone.
    ...(level.endsWith("-emulated") ? [] : CACHE_DTYPES.map((kv) => ({ kv }))),
    ...(["bf16", "f16"] as const).map((type) => ({ type, activations: "bf16" as const })),
  ];
  for (const option of options) {
    test(`are the same in chunks, with ${JSON.stringify(option)}`, async () => {
      const expected = await whole(option);
      const plan = await open(3, option);
      for (let at = 0, i = 0; at < LENGTH; i++) {
        // One row, a few, many: each way of multiplying takes part.
        const rows = Math.min([1, 2, 3, 5, 8, 70, 1, 97][i % 8]!, LENGTH - at);
        const hidden = bitsOf(
          await hiddenOf(plan, stepOf({ tokens: text.slice(at, at + rows), cached: at })),
        );
        expect(hidden).toEqual(expected.subarray(at * SIZE.hidden, (at + rows) * SIZE.hidden));
        at += rows;
      }
    });
  }

  test("are the same beside another sequence", async () => {
    const expected = await whole();
    const plan = await open(2);
    const other = textOf(20).reverse();
    const far = { firstBlock: 11 };
    await hiddenOf(
      plan,
      stepOf({ tokens: text.slice(0, 280), cached: 0 }, { tokens: other, cached: 0, ...far }),
    );
    const step = stepOf(
      { tokens: other.slice(0, 7), cached: 20, ...far },
      { tokens: text.slice(280), cached: 280 },
    );
    const hidden = bitsOf(await hiddenOf(plan, step));
    expect(hidden.subarray(7 * SIZE.hidden)).toEqual(expected.subarray(280 * SIZE.hidden));
  });
});
