import {
  type Backend,
  blockBytes,
  CACHE_DTYPES,
  type CacheDType,
  type Device,
  encodeHeads,
  type Plan,
  roundHeads,
} from "@engine/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectSameBits } from "../same-bits.ts";
import { singleStep } from "./steps.ts";
import { openToy, TOY, type Toy, toySource, toyText } from "./toy.ts";

const text = toyText("state", 40);

/** Blocks hold what the layout says, travel as bytes, and can be copied place by place. */
export function testState(backend: Backend): void {
  let device: Device;
  let toy: Toy | undefined;
  beforeEach(async () => {
    device = await backend.open();
  });
  afterEach(async () => {
    await toy?.dispose();
    await device.close();
  });

  const read = async (name: string, block: number): Promise<Uint8Array> => {
    const spec = toy!.program.caches.find((cache) => cache.name === name)!;
    const bytes = new Uint8Array(blockBytes(spec, 16));
    await toy!.state.read(name, block, bytes);
    return bytes;
  };

  for (const kv of CACHE_DTYPES) {
    test(`a block in ${kv} is keys [heads, places, size], then values, then scales`, async () => {
      toy = await openToy(device, { kv });
      await toy.plan.run(singleStep(text, { blocks: [5, 2, 8], wanted: [] }), {});
      for (const layer of ["0", "1"]) {
        expect(await read(layer, 5)).toEqual(await expectedBlock(layer, text.slice(0, 16), kv));
        expect(await read(layer, 2)).toEqual(await expectedBlock(layer, text.slice(16, 32), kv));
      }
    });

    test(`blocks in ${kv} written elsewhere go on as the same text`, async () => {
      toy = await openToy(device, { kv });
      const next = (blocks: number[]) => singleStep(text.slice(36), { cached: 36, blocks, wanted: [3] });
      await toy.plan.run(singleStep(text.slice(0, 36), { blocks: [0, 1, 2], wanted: [] }), {});
      const saved: [string, number, Uint8Array][] = [];
      for (const layer of ["0", "1"]) {
        for (const [i, block] of [0, 1, 2].entries()) saved.push([layer, 10 - i, await read(layer, block)]);
      }
      await toy.plan.run(next([0, 1, 2]), {});
      const [straight, restored] = [new Float32Array(TOY.vocab), new Float32Array(TOY.vocab)];
      await toy.plan.logits(0, straight);
      for (const [layer, block, bytes] of saved) await toy.state.write(layer, block, bytes);
      await toy.plan.run(next([10, 9, 8]), {});
      await toy.plan.logits(0, restored);
      expectSameBits(restored, straight);
    });
  }

  test("copies places of one group's caches, within a block and across", async () => {
    toy = await openToy(device);
    await toy.plan.run(singleStep(text, { blocks: [0, 1, 2], wanted: [] }), {});
    const before = await read("1", 3);
    // Both layers see everything up to here, so two groups: the first layer's is 0.
    const group = toy.program.caches.find(({ name }) => name === "0")!.group;
    await toy.state.copy(Int32Array.of(group, 0, 4, 3, 0, 12, group, 1, 0, 3, 12, 4));
    expect(await read("0", 3)).toEqual(await expectedBlock("0", text.slice(4, 20), "f32"));
    expect(await read("1", 3)).toEqual(before);
    // Overlapping places move as a whole.
    await toy.state.copy(Int32Array.of(group, 3, 0, 3, 2, 14));
    const moved = [...text.slice(4, 6), ...text.slice(4, 18)];
    expect(await read("0", 3)).toEqual(await expectedBlock("0", moved, "f32"));
  });

  test("refuses blocks, sizes and names it does not have", async () => {
    toy = await openToy(device);
    const bytes = await read("0", 0);
    for (const block of [-1, 12, 0.5]) {
      await expect(toy.state.read("0", block, bytes)).rejects.toMatchObject({ code: "bad-option" });
      await expect(toy.state.write("0", block, bytes)).rejects.toMatchObject({ code: "bad-option" });
    }
    await expect(toy.state.read("0", 0, bytes.subarray(1))).rejects.toMatchObject({ code: "bad-option" });
    await expect(toy.state.read("none", 0, bytes)).rejects.toMatchObject({ code: "bad-option" });
    for (const moves of [
      [0, 12, 0, 0, 0, 1],
      [0, 0, 0, -1, 0, 1],
      [0, 0, 10, 1, 0, 7],
      [0, 0, 0, 1, 15, 2],
    ]) {
      await expect(toy.state.copy(Int32Array.from(moves))).rejects.toMatchObject({ code: "bad-option" });
    }
  });

  test("two plans over one state go on where the other stopped", async () => {
    toy = await openToy(device);
    const second = await device.plan(toy.program, toy.weights, toy.state);
    const [straight, joined] = [new Float32Array(TOY.vocab), new Float32Array(TOY.vocab)];
    await toy.plan.run(singleStep(text, { wanted: [39] }), {});
    await toy.plan.logits(0, straight);
    // Queued over both plans without waiting, behind runs that keep the second busy.
    const runs = Array.from({ length: 3 }, () => second.run(singleStep(toyText("busy", 64)), {}));
    const step = (plan: Plan, begin: number, end: number, wanted: readonly number[]): void => {
      const rows = singleStep(text.slice(begin, end), { cached: begin, blocks: [6, 7, 8], wanted });
      runs.push(plan.run(rows, {}));
    };
    step(toy.plan, 0, 20, []);
    step(second, 20, 33, []);
    // Reads what the other plan has not begun to write yet, unless it waits.
    step(toy.plan, 33, 40, [6]);
    await Promise.all(runs);
    await toy.plan.logits(0, joined);
    expectSameBits(joined, straight);
    await second.dispose();
  });
}

/** The bytes of a block that holds these tokens' keys and values. */
async function expectedBlock(layer: string, tokens: readonly number[], kv: CacheDType): Promise<Uint8Array> {
  const [parts, scales]: Uint8Array[][] = [[], []];
  for (const [name, size] of [
    ["k", TOY.keyDim],
    ["v", TOY.valueDim],
  ] as const) {
    const width = TOY.kvHeads * size;
    const table = new Float32Array(TOY.vocab * width);
    await toySource().read(
      `layers.${layer}.${name}`,
      "data",
      Float64Array.of(0, table.byteLength),
      new Uint8Array(table.buffer),
    );
    const floats = Array.from({ length: TOY.kvHeads }, (_, head) =>
      tokens.map((token) => [
        ...table.subarray(token * width + head * size, token * width + (head + 1) * size),
      ]),
    );
    const heads = roundHeads(kv, Float32Array.from(floats.flat(2)), size);
    parts!.push(encodeHeads(kv, heads, size));
    scales!.push(new Uint8Array(heads.scales.buffer));
  }
  return Uint8Array.from([...parts!, ...scales!].flatMap((part) => [...part]));
}
