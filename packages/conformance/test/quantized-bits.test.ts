import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import {
  type Activations,
  type Device,
  type Extent,
  matmul,
  type Residency,
  silu,
  type WeightSource,
} from "@engine/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENCODED_TYPES, encodedWeight } from "../src/encoded-weights.ts";
import type { EncodedWeight } from "../src/memory-source.ts";
import type { OpCase } from "../src/op-case.ts";
import { runCase } from "../src/run-case.ts";

/** So many rows that codes are decoded once for all of them, and steps in which groups of rows meet codes as they stand. */
const WHOLE: readonly number[] = [29];
const STEPS: readonly number[] = [1, 5, 2, 12, 9];

/** A product of odd sizes; its rows all at once or in steps. */
function product(encoded: EncodedWeight, activations: Activations, counts = WHOLE): OpCase {
  const [columns, width] = encoded.encoding.shape as [number, number];
  const steps = counts.map((rows) => [{ sequence: 0, rows }]);
  return {
    name: `bits of ${encoded.encoding.type}`,
    op: "matmul",
    tokens: counts.reduce((sum, rows) => sum + rows),
    activations,
    inputs: [{ shape: ["tokens", width] }, { shape: [columns, width], encoded }],
    build: ([x, w]) => matmul(x!, w!),
    expected: () => [],
    tolerance: { absolute: 0, relative: 0 },
    ...(counts.length > 1 && { schedule: steps }),
  };
}

/** Products of six weights, added: enough of them that a part of their bytes is streamed. */
function products(encoded: EncodedWeight, activations: Activations): OpCase {
  const one = product(encoded, activations);
  const [x, w] = one.inputs;
  return {
    ...one,
    inputs: [x!, ...Array.from({ length: 6 }, () => w!)],
    build: ([x, ...all]) => all.map((w) => matmul(x!, w)).reduce((sum, y) => sum.add(y)),
  };
}

/** The same source with its parts in a file, and the residency it is loaded with. */
function inFile(device: Device, folder: string, residency: Residency, opened: number[]): Device {
  const over = async (source: WeightSource): Promise<WeightSource> => {
    const extents = new Map<string, Extent>();
    for (const name of source.names()) {
      for (const [part, { bytes }] of Object.entries(source.describe(name)!.parts)) {
        const path = join(folder, `${opened.length}.bin`);
        const data = new Uint8Array(bytes);
        await source.read(name, part, Float64Array.of(0, bytes), data);
        writeFileSync(path, Buffer.concat([Buffer.alloc(7), data]));
        const fd = openSync(path, "r");
        opened.push(fd);
        extents.set(`${name} ${part}`, { fd, path, offset: 7, bytes });
      }
    }
    return { ...source, extent: (name, part) => extents.get(`${name} ${part}`) };
  };
  return new Proxy(device, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key === "weights")
        return async (source: WeightSource, uses: Parameters<Device["weights"]>[1]) =>
          target.weights(await over(source), uses, residency);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A row's numbers do not depend on what runs beside it, on threads, or on where its weights lie. */
describe.skipIf(cpuSimd.unavailable()).each(isaLevels())("bits of quantized products at %s", (level) => {
  let [one, three]: Device[] = [];
  let folder: string;
  const opened: number[] = [];
  beforeAll(async () => {
    [one, three] = await Promise.all(
      [1, 3].map((threads) => cpuSimdAt(level, { everyThread: true }).open({ threads })),
    );
    folder = mkdtempSync(join(tmpdir(), "engine-quantized-"));
  });
  afterAll(async () => {
    await Promise.all([one?.close(), three?.close()]);
    for (const fd of opened) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  test.each([...ENCODED_TYPES.keys()])("%s", async (type) => {
    const encoded = encodedWeight(type, [83, 3 * ENCODED_TYPES.get(type)!]);
    for (const activations of ["f32", "bf16", "int8"] as const) {
      const run = async (device: Device, counts = WHOLE): Promise<Uint32Array> =>
        new Uint32Array(
          (await runCase(product(encoded, activations, counts), device, "tokens")).values.buffer,
        );
      const whole = await run(one!);
      expect(await run(one!, STEPS), `${activations}, in steps`).toEqual(whole);
      expect(await run(three!), `${activations}, on three threads`).toEqual(whole);
      for (const residency of ["mapped", "resident"] as const)
        expect(await run(inFile(three!, folder, residency, opened)), `${activations}, ${residency}`).toEqual(
          whole,
        );
    }
  });

  test("more inputs than are held at once", async () => {
    const encoded = encodedWeight("q4_0", [40, 17408]);
    const [deep, few] = await Promise.all(
      [[24], [8, 16]].map((counts) => runCase(product(encoded, "int8", counts), three!, "tokens")),
    );
    expect(deep!.values).toEqual(few!.values);
  });

  // Rounded once for those that follow one another and agree on how: a step of one row and mapped weights share nothing.
  test("products of the same rows, and of others between them", async () => {
    const weights = ["q4_0", "q4_0", "q6_k", "q8_0", "q4_0"].map((type) => encodedWeight(type, [256, 256]));
    const build: OpCase["build"] = ([x, ...w]) => {
      const gate = silu(matmul(x!, w[0]!));
      const up = matmul(x!, w[1]!).add(matmul(x!, w[2]!));
      const down = matmul(gate, w[3]!).add(matmul(gate, w[4]!));
      return up.add(down).add(matmul(x!, w[0]!));
    };
    const run = async (device: Device, counts = WHOLE): Promise<Float32Array> => {
      const one = product(weights[0]!, "int8", counts);
      const inputs = weights.map((encoded) => ({ shape: [256, 256], encoded }));
      const all = { ...one, inputs: [one.inputs[0]!, ...inputs], build };
      return (await runCase(all, device, "tokens")).values;
    };
    const whole = await run(one!);
    expect(await run(three!)).toEqual(whole);
    expect(await run(three!, STEPS)).toEqual(whole);
    expect(await run(inFile(three!, folder, "mapped", opened))).toEqual(whole);
  });

  const grouped = [...ENCODED_TYPES.keys()].filter((type) => type.startsWith("int"));
  test.each(grouped)("%s that few rows meet as it is stored", async (type) => {
    const encoded = encodedWeight(type, [96, 576]);
    const panels = await runCase(product(encoded, "int8"), one!, "tokens");
    const mapped = inFile(three!, folder, "mapped", opened);
    expect((await runCase(product(encoded, "int8", STEPS), mapped, "tokens")).values).toEqual(panels.values);
  });
});

test.skipIf(cpuSimd.unavailable())("a thread goes on from its own outputs in steps of one row", async () => {
  const encoded = encodedWeight("q4_0", [1100, 64]);
  const run = async (device: Device, counts = WHOLE): Promise<Float32Array> => {
    const followed = {
      ...product(encoded, "int8", counts),
      build: ([x, w]: Parameters<OpCase["build"]>[0]) => silu(matmul(x!, w!)),
    };
    return (await runCase(followed, device, "tokens")).values;
  };
  const backend = cpuSimdAt(isaLevels().at(-1)!, { everyThread: true });
  const [one, three] = await Promise.all([1, 3].map((threads) => backend.open({ threads })));
  expect(await run(three!, STEPS)).toEqual(await run(one!));
  await Promise.all([one!.close(), three!.close()]);
});

test.skipIf(cpuSimd.unavailable())(
  "streamed quantized weights give the bits of those in memory",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "engine-quantized-"));
    const opened: number[] = [];
    const device = await cpuSimd.open({ threads: 2 });
    for (const [type, run] of ENCODED_TYPES) {
      const encoded = encodedWeight(type, [83, (1536 / run) * run]);
      const bytes = Object.values(encoded.parts).reduce((sum, part) => sum + part.length, 0);
      for (const activations of ["f32", "int8"] as const) {
        const one = products(encoded, activations);
        const whole = await runCase(one, device, "tokens");
        for (const io of ["direct", "cached"] as const) {
          const streaming = inFile(
            device,
            folder,
            { stream: { budget: Math.ceil(4.5 * bytes), io } },
            opened,
          );
          const { values } = await runCase(one, streaming, "tokens");
          expect(values, `${type}, ${activations}, ${io}`).toEqual(whole.values);
        }
      }
    }
    await device.close();
    for (const fd of opened) closeSync(fd);
    rmSync(folder, { recursive: true });
  },
);

test.skipIf(!isaLevels().includes("avx512")).each(["avx512vnni-emulated", "amx-emulated"] as const)(
  "products of integers at %s have the bits of plain AVX-512",
  async (level) => {
    const devices = await Promise.all(
      (["avx512", level] as const).map((level) => cpuSimdAt(level).open({ threads: 1 })),
    );
    for (const [type, run] of ENCODED_TYPES) {
      const one = product(encodedWeight(type, [83, 3 * run]), "int8");
      const [plain, other] = await Promise.all(devices.map((device) => runCase(one, device, "tokens")));
      expect(other!.values, type).toEqual(plain!.values);
    }
    await Promise.all(devices.map((device) => device.close()));
  },
);
