import { writeFile } from "node:fs/promises";
import { readRows } from "@engine/core";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { ggufBytes, SOUND } from "../../test/gguf-bytes.ts";
import { openGguf } from "./open-gguf.ts";

const at = temporaryFolder();
const [norm, up] = SOUND.tensors!;

async function writeParts(
  name: string,
  counts: readonly (readonly [no: number, count: number])[],
): Promise<string[]> {
  const parts = [
    { tensors: [norm!], data: SOUND.data!.subarray(0, 32) },
    { tensors: [{ ...up!, offset: 0 }], data: SOUND.data!.subarray(32) },
  ];
  return Promise.all(
    counts.map(async ([no, count], i) => {
      const path = at(`${name}-0000${i + 1}-of-00002.gguf`);
      const metadata = {
        "split.no": ["u32", no],
        "split.count": ["u32", count],
        "split.tensors.count": ["u32", 2],
      } as const;
      await writeFile(path, ggufBytes({ ...parts[i]!, metadata: metadata as never }));
      return path;
    }),
  );
}

test("any part of a split file opens all of them", async () => {
  const [, second] = await writeParts("split", [
    [0, 2],
    [1, 2],
  ]);
  const source = await openGguf(second!);
  expect([...source.names()]).toEqual(["blk.0.norm.weight", "blk.0.up.weight"]);
  expect(source.files.map(({ path }) => path.slice(-10))).toEqual(["00002.gguf", "00002.gguf"]);
  const bytes = new Uint8Array(54);
  await source.read("blk.0.up.weight", "data", Float64Array.of(0, 54), bytes);
  expect(bytes).toEqual(SOUND.data!.subarray(32));
  await source.close();
});

test("a missing part, and parts that changed places, are named", async () => {
  const [first] = await writeParts("lone", [[0, 2]]);
  expect((await failure(openGguf(first!))).message).toMatch(
    /lone-00002-of-00002\.gguf: this part is missing/,
  );
  const [turned] = await writeParts("turned", [
    [1, 2],
    [0, 2],
  ]);
  expect((await failure(openGguf(turned!))).message).toContain(
    "says that it is part 2 of 2, but stands as part 1 of 2",
  );
});

test("a part under another name says so", async () => {
  const path = at("renamed.gguf");
  await writeFile(
    path,
    ggufBytes({ ...SOUND, metadata: { "split.no": ["u32", 0], "split.count": ["u32", 3] } }),
  );
  expect((await failure(openGguf(path))).message).toContain("part 1 of 3, but stands as part 1 of 1");
});

test("names a family reads, and rows that are weights of their own", async () => {
  const path = at("named.gguf");
  await writeFile(path, ggufBytes(SOUND));
  const raw = await openGguf(path);
  const source = raw.named({
    "blk.{i}.norm.weight": "model.layers.{i}.norm.one_plus_weight",
    "blk.{i}.up": "model.experts.{row}.up.{i}",
  });
  expect([...source.names()]).toEqual([
    "model.layers.0.norm.one_plus_weight",
    "model.experts.0.up.0.weight",
    "model.experts.1.up.0.weight",
    "model.experts.2.up.0.weight",
  ]);
  expect(source.describe("model.experts.2.up.0.weight")!.shape).toEqual([32]);
  const extent = source.extent("model.experts.2.up.0.weight", "data")!;
  expect(extent).toMatchObject({ bytes: 18, offset: raw.extent("blk.0.up.weight", "data")!.offset + 36 });
  const values = await readRows(raw, "blk.0.up.weight", raw.describe("blk.0.up.weight")!, {
    begin: 0,
    end: 3,
  });
  expect(values.length).toBe(96);
  await source.close();
  for (const [one, name] of [
    [raw, "blk.0.up.weight"],
    [source, "model.experts.0.up.0.weight"],
  ] as const)
    expect(() => one.extent(name, "data")).toThrow(/closed/);
});
