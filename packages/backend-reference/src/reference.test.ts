import {
  append,
  attention,
  cacheOp,
  Graph,
  gather,
  input,
  matmulOp,
  type Program,
  rmsNormOp,
  SEQUENCE,
  wanted,
  weight,
} from "@engine/core";
import { describe, expect, test } from "vitest";
import { checkStep } from "./check-step.ts";
import { reference } from "./reference.ts";
import { ReferenceWeights } from "./weights.ts";

const encoding = (type: string, rows: number, width: number) => {
  const rowBytes = width * (type === "f32" ? 4 : 2);
  return {
    type,
    shape: [rows, width],
    parts: { data: { dtype: type, shape: [rows, width], rowBytes, bytes: rows * rowBytes } },
  };
};

/** The bytes of weights by name; all else of a source is not asked for here. */
function sourceOf(bytes: Readonly<Record<string, Uint8Array>>) {
  return {
    id: "test",
    names: () => Object.keys(bytes),
    describe: () => undefined,
    extent: () => undefined,
    read: async (name: string, _: string, [offset, length]: Float64Array, into: Uint8Array) =>
      into.set(bytes[name]!.subarray(offset, offset! + length!)),
    close: async () => {},
  };
}

const use = (name: string, type: string, rows: number, width: number) =>
  ({
    name,
    encoding: encoding(type, rows, width),
    access: "whole",
    ranges: [],
    readers: [],
    first: 0,
    last: 0,
  }) as const;

describe("weights", () => {
  // 1, -2 and 0.5, 3 in f16 and bf16.
  const bytes = { half: Uint8Array.of(0, 0x3c, 0, 0xc0), brain: Uint8Array.of(0, 0x3f, 0x40, 0x40) };
  const uses = [use("half", "f16", 1, 2), use("brain", "bf16", 1, 2)];

  test("become f32, and are counted as such", async () => {
    const store = await ReferenceWeights.load(sourceOf(bytes), uses);
    expect([[...store.get("half")], [...store.get("brain")]]).toEqual([
      [1, -2],
      [0.5, 3],
    ]);
    expect(store.bytes).toEqual({ resident: 16, mapped: 0 });
    await store.dispose();
    expect(() => store.get("half")).toThrow(expect.objectContaining({ code: "disposed" }));
  });

  test("of a quantized type are what their own decoder says", async () => {
    const nibbles = {
      type: "nibbles",
      shape: [2, 2],
      parts: { data: { dtype: "u8", shape: [2, 1], rowBytes: 1, bytes: 2 } },
      decode({ data }: Readonly<Record<string, Uint8Array>>, into: Float32Array) {
        for (let i = 0; i < into.length; i++) into[i] = ((data![i >> 1]! >> (4 * (i & 1))) & 15) - 8;
      },
    };
    const quantized = { ...use("half", "nibbles", 2, 2), encoding: nibbles };
    const store = await ReferenceWeights.load(sourceOf({ half: Uint8Array.of(0x70, 0xf8) }), [quantized]);
    expect([...store.get("half")]).toEqual([-8, -1, 0, 7]);
  });

  test("in a type it cannot read, or not asked for at loading, are named", async () => {
    const load = ReferenceWeights.load(sourceOf(bytes), [use("half", "int4", 1, 2)]);
    await expect(load).rejects.toThrow(
      'weight "half" is stored as int4, which nothing here can read as numbers.',
    );
    const store = await ReferenceWeights.load(sourceOf(bytes), uses);
    expect(() => store.get("other")).toThrow('weight "other" is not among those');
  });
});

describe("a step", () => {
  /** One windowed cache over a table of five rows. */
  function program(): Program {
    const graph = new Graph();
    const x = gather(
      weight(graph, "table", encoding("f32", 5, 4)),
      input(graph, "tokens", ["tokens"], "i32"),
    );
    const cache = append(graph.emit(cacheOp, [], { name: "0" }), "0", x.heads(1), x.heads(1));
    const mixed = attention(x.heads(1), cache, { scale: 1, window: 4 }).merge();
    graph.outputs.logits = wanted(mixed).node;
    const caches = [
      { name: "0", group: 0, heads: 1, keyDim: 4, valueDim: 4, window: 4, dtype: "f32" },
    ] as const;
    const options = { maxTokens: 8, maxRows: 2, maxSequences: 2, kv: "f32" } as const;
    return {
      api: 1,
      options,
      graph,
      arena: { bytes: 0, offsets: new Map() },
      weights: [],
      caches,
      states: [],
      outputs: {},
    };
  }

  function step(sequences: readonly (readonly [rows: number, cached: number])[], table: readonly number[]) {
    const records = new Int32Array(sequences.length * SEQUENCE.stride).fill(-1);
    let row = 0;
    sequences.forEach(([rows, cached], s) => {
      records.set([row, rows, cached], s * SEQUENCE.stride);
      row += rows;
    });
    const positions = new Int32Array(row);
    return {
      tokens: new Int32Array(row),
      positions,
      extents: positions,
      sequences: records,
      tables: [Int32Array.from(table)],
      wanted: new Int32Array(0),
    };
  }

  const size = { blockTokens: 16, blocks: [3] };
  const check =
    (...parts: Parameters<typeof step>) =>
    () =>
      checkStep(step(...parts), program(), size);

  test("of sequences with their own blocks is taken", () => {
    expect(
      check(
        [
          [2, 0],
          [1, 16],
        ],
        [0, -1, 1, 2],
      ),
    ).not.toThrow();
  });

  test("may lack blocks that lie wholly behind the window, not one within it", () => {
    // Row 19 sees places 16 to 19.
    expect(check([[1, 19]], [-1, 2])).not.toThrow();
    expect(check([[1, 18]], [-1, 2])).toThrow("needs a block at entry 0 of group 0, but there stands -1");
    expect(check([[1, 19]], [-1, 3])).toThrow("needs a block at entry 1 of group 0, but there stands 3");
    expect(check([[2, 15]], [0])).toThrow("sequence 0 has 17 places, but its block table holds fewer");
  });

  test("is refused with a word on what is wrong", () => {
    expect(check([[9, 0]], [0])).toThrow("step: 9 tokens; the program takes 1 to 8.");
    expect(
      check(
        [
          [1, 0],
          [1, 0],
          [1, 0],
        ],
        [0, 1, 2],
      ),
    ).toThrow("3 sequences; the program takes 1 to 2.");
    expect(check([[1, -1]], [0])).toThrow("sequence 0 has a cached length of -1");
    const bad = { ...step([[2, 0]], [0]), tokens: Int32Array.of(4, 5) };
    expect(() => checkStep(bad, program(), size)).toThrow("token 5 is outside the vocabulary of 5");
  });
});

test("takes every op with a reference, and asks for the definition of the others", async () => {
  const device = await reference.open();
  const call = { shapes: [], types: [], attrs: {} };
  expect([matmulOp, rmsNormOp].map((op) => device.supports({ ...call, op }))).toEqual([true, false]);
});

test("a plan takes only stores of this backend", async () => {
  const device = await reference.open();
  const foreign = { bytes: { resident: 0, mapped: 0 }, dispose: async () => {} };
  const state = await device.state({ caches: [], states: [] } as unknown as Program, {
    blockTokens: 16,
    blocks: [],
  });
  await expect(device.plan({} as Program, foreign, state)).rejects.toThrow("must come from this device");
});
