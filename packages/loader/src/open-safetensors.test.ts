import { mkdir, open, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { entry, failure, fileBytes, temporaryFolder } from "../test/files.ts";
import { openSafetensors } from "./open-safetensors.ts";

const at = temporaryFolder();
const DATA = Uint8Array.from({ length: 64 }, (_, i) => i);

async function file(name: string, header: object, data: Uint8Array): Promise<string> {
  const path = at(name);
  await writeFile(path, fileBytes(header, data));
  return path;
}

const mixed = () =>
  file(
    "mixed.safetensors",
    {
      __metadata__: { format: "pt" },
      m: entry("F32", [3, 4], 0, 48),
      h: entry("BF16", [4], 48, 56),
      s: entry("F16", [], 56, 58),
      none: entry("F32", [0, 7], 58, 58),
      q: entry("F8_E4M3", [3, 2], 58, 64),
    },
    DATA,
  );

describe("openSafetensors", () => {
  it("describes every tensor by its own layout", async () => {
    const source = await openSafetensors(await mixed());
    expect([...source.names()]).toEqual(["m", "h", "s", "none", "q"]);
    const told = (type: string, shape: number[], rowBytes: number, bytes: number) => ({
      type,
      shape,
      parts: { data: { dtype: type, shape, rowBytes, bytes } },
    });
    expect(source.describe("m")).toEqual(told("f32", [3, 4], 16, 48));
    expect(source.describe("h")).toEqual(told("bf16", [4], 2, 8));
    expect(source.describe("s")).toEqual(told("f16", [], 2, 2));
    expect(source.describe("none")).toEqual(told("f32", [0, 7], 28, 0));
    expect(source.describe("q")).toEqual(told("f8_e4m3", [3, 2], 2, 6));
    expect(source.describe("absent")).toBeUndefined();
    expect(source.files).toEqual([
      { path: at("mixed.safetensors"), bytes: expect.any(Number), metadata: { format: "pt" } },
    ]);
    await source.close();
  });

  it("hands out extents a descriptor can be read by", async () => {
    const path = await mixed();
    const source = await openSafetensors(path);
    const extent = source.extent("h", "data")!;
    expect(extent.path).toBe(path);
    const handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(extent.bytes), 0, extent.bytes, extent.offset);
    await handle.close();
    expect([...buffer]).toEqual([48, 49, 50, 51, 52, 53, 54, 55]);
    expect(extent.fd).toBeGreaterThan(2);
    expect(source.extent("h", "scales")).toBeUndefined();
    expect(source.extent("absent", "data")).toBeUndefined();
    await source.close();
  });

  it("reads ranges one after the other", async () => {
    const source = await openSafetensors(await mixed());
    const into = new Uint8Array(9).fill(255);
    await source.read("m", "data", Float64Array.of(44, 4, 0, 2, 2, 1, 9, 0, 16, 1), into);
    expect([...into]).toEqual([44, 45, 46, 47, 0, 1, 2, 16, 255]);
    await source.read("none", "data", Float64Array.of(0, 0), into);
    await source.close();
  });

  it("refuses ranges outside the part and targets too small", async () => {
    const path = await mixed();
    const source = await openSafetensors(path);
    const read = (ranges: number[], room = 64) =>
      failure(source.read("h", "data", Float64Array.from(ranges), new Uint8Array(room)));
    for (const ranges of [
      [0, 9],
      [8, 1],
      [-1, 2],
      [0, -1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
    ]) {
      const error = await read(ranges);
      expect(error.code).toBe("bad-option");
      expect(error.message).toBe(
        `reading weight "h": range [${ranges.join(", ")}] does not lie in its 8 bytes.`,
      );
    }
    expect((await read([0, 4, 4])).message).toContain("no list of [offset, bytes] pairs");
    expect((await read([0, 4, 0, 4], 7)).message).toContain("the ranges hold 8 bytes, but the target only 7");
    const one = Float64Array.of(0, 1);
    expect((await failure(source.read("x", "data", one, new Uint8Array(1)))).code).toBe("missing-weight");
    expect((await failure(source.read("h", "scales", one, new Uint8Array(1)))).code).toBe("bad-option");
    await source.close();
  });

  it("honours an abort", async () => {
    const source = await openSafetensors(await mixed());
    const range = Float64Array.of(0, 8);
    const error = await failure(
      source.read("h", "data", range, new Uint8Array(8), AbortSignal.abort("enough")),
    );
    expect(error.code).toBe("aborted");
    expect(error.cause).toBe("enough");
    const controller = new AbortController();
    const reading = failure(source.read("h", "data", range, new Uint8Array(8), controller.signal));
    controller.abort();
    expect((await reading).code).toBe("aborted");
    await source.close();
  });

  it("closes once and for all", async () => {
    const source = await openSafetensors(await mixed());
    await source.close();
    await source.close();
    const read = source.read("h", "data", Float64Array.of(0, 8), new Uint8Array(8));
    expect((await failure(read)).code).toBe("disposed");
    expect(() => source.extent("h", "data")).toThrow(/closed; open them again/);
  });

  it("keeps the bytes of a file that is replaced, and tells one that is cut short", async () => {
    const path = await file("alive.safetensors", { w: entry("U8", [64], 0, 64) }, DATA);
    const source = await openSafetensors(path);
    await rename(path, at("moved.safetensors"));
    await writeFile(path, "something else");
    const into = new Uint8Array(64);
    await source.read("w", "data", Float64Array.of(0, 64), into);
    expect([...into]).toEqual([...DATA]);
    await truncate(at("moved.safetensors"), 90);
    const error = await failure(source.read("w", "data", Float64Array.of(0, 64), into));
    expect(error.code).toBe("bad-checkpoint");
    expect(error.message).toMatch(
      /ends at byte 90, where \d+ more are expected: it was cut short while in use/,
    );
    await source.close();
  });

  it("has another id once the file has changed", async () => {
    const path = await file("id.safetensors", { w: entry("U8", [8], 0, 8) }, DATA.subarray(0, 8));
    const first = await openSafetensors(path);
    const again = await openSafetensors(path);
    await file("id.safetensors", { w: entry("U8", [9], 0, 9) }, DATA.subarray(0, 9));
    const changed = await openSafetensors(path);
    expect(again.id).toBe(first.id);
    expect(changed.id).not.toBe(first.id);
    await Promise.all([first.close(), again.close(), changed.close()]);
  });

  it("opens a file without tensors, and names no JavaScript object has", async () => {
    const empty = await openSafetensors(await file("empty.safetensors", {}, new Uint8Array(0)));
    expect([...empty.names()]).toEqual([]);
    await empty.close();
    await writeFile(
      at("proto.safetensors"),
      fileBytes('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', DATA.subarray(0, 1)),
    );
    const proto = await openSafetensors(at("proto.safetensors"));
    expect([...proto.names()]).toEqual(["__proto__"]);
    expect(proto.describe("constructor")).toBeUndefined();
    await proto.close();
  });

  it("follows links, refuses what is no file, and says what is missing", async () => {
    await symlink(await mixed(), at("link.safetensors"));
    await (await openSafetensors(at("link.safetensors"))).close();
    expect((await failure(openSafetensors("/dev/null"))).message).toContain("not a regular file");
    const missing = await failure(openSafetensors(at("nowhere.safetensors")));
    expect(missing.code).toBe("missing-file");
    expect(missing.message).toBe(`${at("nowhere.safetensors")}: no such file or folder. Check the path.`);
    await mkdir(at("hollow"));
    expect((await failure(openSafetensors(at("hollow")))).code).toBe("missing-file");
    expect((await failure(openSafetensors([]))).code).toBe("bad-option");
  });
});
