import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../test/files.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { createSafetensors } from "./safetensors-writer.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const at = temporaryFolder();

let folders = 0;
async function emptyFolder(): Promise<string> {
  const folder = at(`out${folders++}`);
  await mkdir(folder);
  return folder;
}

describe("writeSafetensors", () => {
  it("writes what readSafetensors reads", async () => {
    const path = at("all.safetensors");
    const floats = Float32Array.of(1, -2.5, 0.333, 65519, 1e-7, Number.POSITIVE_INFINITY);
    await writeSafetensors(
      path,
      [
        { name: "bytes", dtype: "u8", shape: [3], data: Uint8Array.of(1, 2, 3) },
        { name: "f16", dtype: "f16", shape: [2, 3], data: floats },
        { name: "bf16", dtype: "bf16", shape: [6], data: floats },
        { name: "f32", dtype: "f32", shape: [3, 2], data: floats },
        { name: "scalar", dtype: "f32", shape: [], data: Float32Array.of(7) },
        { name: "none", dtype: "f32", shape: [0, 4], data: new Float32Array(0) },
        { name: "i32", dtype: "i32", shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
        { name: "i64", dtype: "i64", shape: [1], data: new Uint8Array(BigInt64Array.of(-5n).buffer) },
        { name: "f64", dtype: "f64", shape: [1], data: new Uint8Array(Float64Array.of(0.1).buffer) },
        { name: "__proto__", dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) },
      ],
      { metadata: { format: "pt", "a\nb": "ü" } },
    );
    const read = await readSafetensors(path);
    expect(read.size).toBe(10);
    expect(read.get("bytes")).toEqual({ dtype: "u8", shape: [3], data: Uint8Array.of(1, 2, 3) });
    expect(read.get("f32")).toEqual({ dtype: "f32", shape: [3, 2], data: floats });
    // The nearest values of each type, worked out by hand: 0.333 is 1364 · 2^-12 in f16 and 170 · 2^-9 in bf16.
    expect([...read.get("f16")!.data]).toEqual([
      1,
      -2.5,
      1364 / 4096,
      65504,
      2 / 2 ** 24,
      Number.POSITIVE_INFINITY,
    ]);
    expect([...read.get("bf16")!.data].slice(0, 4)).toEqual([1, -2.5, 170 / 512, 65536]);
    expect(read.get("scalar")).toEqual({ dtype: "f32", shape: [], data: Float32Array.of(7) });
    expect(read.get("none")).toEqual({ dtype: "f32", shape: [0, 4], data: new Float32Array(0) });
    expect(read.get("i32")!.data).toEqual(Int32Array.of(-1, 2 ** 31 - 1));
    expect(read.get("i64")!.data).toEqual(BigInt64Array.of(-5n));
    expect(read.get("f64")!.data).toEqual(Float64Array.of(0.1));
    expect(read.get("__proto__")!.data).toEqual(Uint8Array.of(0, 1));
    const source = await openSafetensors(path);
    expect(source.files[0]?.metadata).toEqual({ format: "pt", "a\nb": "ü" });
    await source.close();
  });

  it("aligns every tensor to its element", async () => {
    const path = at("aligned.safetensors");
    const dtypes = ["u8", "bf16", "f64", "i8", "f32", "f16"];
    const bytes: Record<string, number> = { u8: 1, i8: 1, bf16: 2, f16: 2, f32: 4, f64: 8 };
    await writeSafetensors(
      path,
      dtypes.map((dtype) => ({ name: dtype, dtype, shape: [3], data: new Uint8Array(3 * bytes[dtype]!) })),
    );
    const source = await openSafetensors(path);
    for (const dtype of dtypes) expect(source.extent(dtype, "data")!.offset % bytes[dtype]!, dtype).toBe(0);
    await source.close();
  });

  it("takes pieces as they come, and not one too many or too few", async () => {
    const folder = await emptyFolder();
    const path = `${folder}/pieces.safetensors`;
    const write = (pieces: number) =>
      writeSafetensors(path, [
        {
          name: "logits",
          dtype: "f32",
          shape: [3, 2],
          async *data() {
            for (let i = 0; i < pieces; i++) yield Float32Array.of(i, i + 0.5);
          },
        },
      ]);
    await write(3);
    expect((await readSafetensors(path)).get("logits")?.data).toEqual(
      Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5),
    );
    const before = await readFile(path);
    expect((await failure(write(2))).message).toBe(
      `${path}: tensor "logits" takes 24 bytes, but only 16 were written.`,
    );
    expect((await failure(write(4))).message).toBe(
      `${path}: tensor "logits" takes 24 bytes, but 32 were written.`,
    );
    expect(await readFile(path), "the old file stays").toEqual(before);
    expect(await readdir(folder)).toEqual(["pieces.safetensors"]);
  });

  it("leaves nothing behind when the data fails, and passes its error on", async () => {
    const folder = await emptyFolder();
    const lost = new Error("lost");
    const data = function* () {
      yield Float32Array.of(1);
      throw lost;
    };
    const write = writeSafetensors(`${folder}/x.safetensors`, [
      { name: "w", dtype: "f32", shape: [2], data },
    ]);
    await expect(write).rejects.toBe(lost);
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses what cannot be written, before it touches the disk", async () => {
    const folder = await emptyFolder();
    const path = `${folder}/x.safetensors`;
    const data = new Uint8Array(4);
    const refused = async (...tensors: { name: string; dtype: string; shape: number[] }[]) => {
      const error = await failure(
        writeSafetensors(
          path,
          tensors.map((tensor) => ({ ...tensor, data })),
        ),
      );
      expect(error.code).toBe("bad-option");
      expect(await readdir(folder)).toEqual([]);
      return error.message.replace(`${path}: `, "");
    };
    const w = { name: "w", dtype: "u8", shape: [4] };
    expect(await refused(w, w)).toBe('tensor "w" is given twice.');
    expect(await refused({ ...w, dtype: "F32" })).toBe('tensor "w": unknown dtype "F32".');
    expect(await refused({ ...w, shape: [-4] })).toBe(
      'tensor "w": the shape [-4] of u8 is no possible number of bytes.',
    );
    expect(await refused({ ...w, shape: [1.5] })).toContain("no possible number of bytes");
    expect(await refused({ ...w, name: "__metadata__" })).toBe("a tensor cannot be named __metadata__.");
    const floats = writeSafetensors(path, [{ ...w, data: Float32Array.of(1) }]);
    expect((await failure(floats)).message).toContain("is u8, which cannot be written from a Float32Array");
    expect(await readdir(folder)).toEqual([]);
  });

  it("says when the place is wrong", async () => {
    const folder = await emptyFolder();
    const tensors = [{ name: "w", dtype: "u8", shape: [1], data: new Uint8Array(1) }];
    expect((await failure(writeSafetensors(`${folder}/no/x.safetensors`, tensors))).code).toBe(
      "missing-file",
    );
    await mkdir(`${folder}/taken`);
    await writeFile(`${folder}/taken/file`, "");
    expect((await failure(writeSafetensors(`${folder}/taken`, tensors))).code).toBe("io-failed");
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});

describe("createSafetensors", () => {
  const specs = [
    { name: "layer0", dtype: "f32", shape: [2, 2] },
    { name: "logits", dtype: "f32", shape: [2, 3] },
  ];

  it("lets tensors take turns, and shows the file only when it is whole", async () => {
    const folder = await emptyFolder();
    const path = `${folder}/turns.safetensors`;
    const writer = await createSafetensors(path, specs);
    for (const row of [0, 1]) {
      const both = [
        writer.write("logits", Float32Array.of(row, row, row)),
        writer.write("layer0", Float32Array.of(10 + row, 20 + row)),
      ];
      await Promise.all(both);
    }
    expect(await readdir(folder)).not.toContain("turns.safetensors");
    await writer.finish();
    expect(await readdir(folder)).toEqual(["turns.safetensors"]);
    const read = await readSafetensors(path);
    expect(read.get("logits")?.data).toEqual(Float32Array.of(0, 0, 0, 1, 1, 1));
    expect(read.get("layer0")?.data).toEqual(Float32Array.of(10, 20, 11, 21));
    expect((await failure(writer.write("logits", new Float32Array(1)))).code).toBe("disposed");
    await writer.discard();
    expect(await readdir(folder)).toEqual(["turns.safetensors"]);
  });

  it("leaves nothing when it is disposed unfinished", async () => {
    const folder = await emptyFolder();
    const writer = await createSafetensors(`${folder}/x.safetensors`, specs);
    await writer.write("logits", new Float32Array(3));
    expect((await failure(writer.write("other", new Float32Array(1)))).message).toContain(
      "was not announced",
    );
    await writer[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("reports a full disk as such", async () => {
    const { OpenWriter } = await import("./safetensors-writer.ts");
    const { open } = await import("node:fs/promises");
    const folder = await emptyFolder();
    const planned = new Map([["w", { name: "w", dtype: "u8", shape: [1], offset: 8, bytes: 1 }]]);
    const writer = new OpenWriter(`${folder}/x`, `${folder}/.x.tmp`, await open("/dev/full", "w"), planned);
    const error = await failure(writer.write("w", Uint8Array.of(1)));
    expect(error.message).toBe(
      `${folder}/x: no space is left on the disk (ENOSPC). Free some, or write elsewhere.`,
    );
    expect((await failure(writer.finish())).message).toBe(error.message);
  });
});
