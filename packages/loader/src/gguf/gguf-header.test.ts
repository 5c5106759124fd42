import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { type GgufParts, ggufBytes, SOUND, text, u32, u64 } from "../../test/gguf-bytes.ts";
import { openGguf } from "./open-gguf.ts";

const at = temporaryFolder();
const tensors = SOUND.tensors!;
const changed = (change: Partial<GgufParts>): Buffer => ggufBytes({ ...SOUND, ...change });
const withTensor = (change: Partial<(typeof tensors)[number]>): Buffer =>
  changed({ tensors: [tensors[0]!, { ...tensors[1]!, ...change }] });
const lists = (depth: number): Buffer =>
  Buffer.concat([u32(9), ...new Array<Buffer>(depth).fill(Buffer.concat([u32(9), u64(1)])), u32(4), u64(0)]);
/** A header with one value, written by hand. */
const withValue = (value: Buffer): Buffer =>
  Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0), u64(1), text("k"), value, Buffer.alloc(64)]);

test.each<[what: string, bytes: Buffer, code: string, message: string]>([
  ["nothing", Buffer.alloc(0), "bad-checkpoint", "0 bytes long, no GGUF file"],
  ["another file", Buffer.from("PK\u0003\u0004 and more"), "bad-checkpoint", "holds PyTorch"],
  ["any bytes", Buffer.from("ABCDEFGHIJ"), "bad-checkpoint", 'does not begin with "GGUF"'],
  ["only the first word", Buffer.from("GGUF\u0003\0\0\0"), "bad-checkpoint", "inside the number of tensors"],
  ["version 1", changed({ version: 1 }), "unsupported", "has the GGUF version 1; 2 and 3 are read"],
  ["big-endian", changed({ version: 0x03000000 }), "unsupported", "for big-endian machines"],
  [
    "too many tensors",
    changed({ tensorCount: 2 ** 40 }),
    "bad-checkpoint",
    "number of tensors is 1099511627776",
  ],
  [
    "too many values",
    changed({ valueCount: 1e9 }),
    "bad-checkpoint",
    "number of metadata values is 1000000000",
  ],
  ["a count past 2^53", changed({ valueCount: 2 ** 60 }), "bad-checkpoint", "more than any file can hold"],
  ["one value too many", changed({ valueCount: 6 }), "bad-checkpoint", "is not a name"],
  ["an unknown value type", withValue(u32(77)), "bad-checkpoint", 'metadata "k" has the type 77'],
  ["a long string", withValue(Buffer.concat([u32(8), u64(1e6)])), "bad-checkpoint", "is 1000000, but only"],
  ["a long list", withValue(Buffer.concat([u32(9), u32(8), u64(1e6)])), "bad-checkpoint", "number of items"],
  ["lists in lists", withValue(lists(9)), "bad-checkpoint", "deeper than 4 levels"],
  [
    "a key twice",
    Buffer.from(
      ggufBytes({ metadata: { ab: ["u32", 1], ac: ["u32", 2] } })
        .toString("latin1")
        .replace("ac", "ab"),
      "latin1",
    ),
    "bad-checkpoint",
    'key "ab" is given twice',
  ],
  ["a tensor twice", changed({ tensors: [tensors[0]!, tensors[0]!] }), "bad-checkpoint", "is listed twice"],
  ["five axes", withTensor({ sizes: [32, 1, 1, 1, 3] }), "bad-checkpoint", "has 5 axes"],
  [
    "an unknown type",
    withTensor({ type: 99 }),
    "bad-checkpoint",
    "has the type 99, which is not known here. Update",
  ],
  ["rows of half blocks", withTensor({ sizes: [48, 2] }), "bad-checkpoint", "rows of whole blocks of 32"],
  [
    "sizes that overflow",
    withTensor({ sizes: [2 ** 40, 2 ** 40] }),
    "bad-checkpoint",
    "no possible number of bytes",
  ],
  ["one row of blocks", withTensor({ sizes: [32] }), "bad-checkpoint", "a single row of q4_0"],
  ["a crooked offset", withTensor({ offset: 33 }), "bad-checkpoint", "no multiple of 32"],
  ["a tensor past the end", withTensor({ offset: 64 }), "bad-checkpoint", "it was cut short"],
  ["tensors that overlap", withTensor({ offset: 0 }), "bad-checkpoint", 'inside "blk.0.norm.weight"'],
  [
    "an odd alignment",
    changed({ metadata: { "general.alignment": ["u32", 33] } }),
    "bad-checkpoint",
    "a power of two",
  ],
  [
    "an alignment of zero",
    changed({ metadata: { "general.alignment": ["u32", 0] } }),
    "bad-checkpoint",
    "a power of two",
  ],
])("refuses %s", async (what, bytes, code, message) => {
  const path = at(`${what}.gguf`);
  await writeFile(path, bytes);
  const error = await failure(openGguf(path));
  expect(error.message).toContain(message);
  expect(error.code).toBe(code);
  expect(error.message.startsWith(`${path}: `)).toBe(true);
});

test.each([2, 3])("reads version %i: values, tensors, and rows", async (version) => {
  const path = at("sound.gguf");
  await writeFile(path, changed({ version }));
  const source = await openGguf(path);
  expect(
    Object.fromEntries([...source.metadata.keys()].map((key) => [key, source.metadata.get(key)])),
  ).toEqual({
    "general.architecture": "toy",
    "toy.block_count": 2,
    "toy.eps": 0.5,
    "toy.tied": true,
    "toy.tokens": ["a", "bé", ""],
  });
  expect(source.metadata.count("toy.tokens")).toBe(3);
  expect(source.describe("blk.0.up.weight")).toMatchObject({
    type: "q4_0",
    shape: [3, 32],
    parts: { data: { rowBytes: 18, bytes: 54 } },
  });
  const row = new Uint8Array(18);
  await source.read("blk.0.up.weight", "data", Float64Array.of(18, 18), row);
  expect(row).toEqual(Uint8Array.from({ length: 18 }, (_, i) => 32 + 18 + i));
  await source.close();
});

test("a header of many pieces, strings larger than one among them", async () => {
  const path = at("large.gguf");
  const tokens = Array.from({ length: 24_000 }, (_, i) => `${i} ${"x".repeat(90)}`);
  tokens[7] = "y".repeat(3e6);
  tokens.push("z".repeat(2e6));
  const metadata = { before: ["string", tokens[7]], tokens: ["strings", tokens], after: ["u32", 5] } as const;
  await writeFile(path, changed({ metadata: metadata as never }));
  const source = await openGguf(path);
  expect(source.metadata.get("before")).toEqual(tokens[7]);
  expect(source.metadata.get("tokens")).toEqual(tokens);
  expect(source.metadata.get("after")).toBe(5);
  expect(source.metadata.indexOf("tokens", tokens[23_000]!)).toBe(23_000);
  expect(source.metadata.indexOf("tokens", "x")).toBe(-1);
  expect([...source.names()]).toHaveLength(2);
  await source.close();
  expect((await failure((async () => source.metadata.get("tokens"))())).code).toBe("disposed");
});

test("lists as texts and numbers, without a value for each", async () => {
  const path = at("lists.gguf");
  const numbers = Buffer.concat([u32(9), u32(5), u64(3), u32(1), u32(2 ** 32 - 1), u32(7)]);
  await writeFile(path, withValue(numbers));
  const source = await openGguf(path);
  expect(source.metadata.numbers("k")).toEqual(Float64Array.of(1, -1, 7));
  expect(source.metadata.texts("k")).toBeUndefined();
  expect(source.metadata.numbers("absent")).toBeUndefined();
  await source.close();
  await writeFile(path, changed({}));
  const sound = await openGguf(path);
  const bytes = Buffer.concat(["a", "bé", ""].map(text));
  expect(sound.metadata.texts("toy.tokens")).toEqual({ count: 3, bytes });
  expect(sound.metadata.numbers("toy.tokens")).toBeUndefined();
  expect(sound.metadata.texts("toy.eps")).toBeUndefined();
  await sound.close();
});
