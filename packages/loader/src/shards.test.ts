import { readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { entry, failure, fileBytes, temporaryFolder } from "../test/files.ts";
import { openSafetensors } from "./open-safetensors.ts";

const at = temporaryFolder();
const A = "model-00001-of-00002.safetensors";
const B = "model-00002-of-00002.safetensors";
const shard = (value: number, ...names: string[]) =>
  fileBytes(
    Object.fromEntries(names.map((name, i) => [name, entry("U8", [4], 4 * i, 4 * i + 4)])),
    new Uint8Array(4 * names.length).fill(value),
  );

let folders = 0;
/** A checkpoint of two shards with whatever is changed. */
async function checkpoint(changes: { index?: unknown; a?: Buffer; b?: Buffer } = {}): Promise<string> {
  const folder = at(`checkpoint${folders++}`);
  await mkdir(folder);
  const index = changes.index ?? { metadata: { total_size: 12 }, weight_map: { x: A, y: A, z: B } };
  const text = typeof index === "string" ? index : JSON.stringify(index);
  await writeFile(`${folder}/model.safetensors.index.json`, text);
  await writeFile(`${folder}/${A}`, changes.a ?? shard(1, "x", "y"));
  await writeFile(`${folder}/${B}`, changes.b ?? shard(2, "z"));
  return folder;
}

async function message(changes: Parameters<typeof checkpoint>[0]): Promise<string> {
  const folder = await checkpoint(changes);
  const error = await failure(openSafetensors(folder));
  expect(error.code).toBe("bad-checkpoint");
  return error.message.replaceAll(`${folder}/`, "");
}

async function firstByte(folder: string, name: string): Promise<number | undefined> {
  const source = await openSafetensors(folder);
  const into = new Uint8Array(4);
  await source.read(name, "data", Float64Array.of(0, 4), into);
  await source.close();
  return into[0];
}

describe("a sharded checkpoint", () => {
  it("is one source, opened by folder, by index or by list", async () => {
    const folder = await checkpoint();
    expect(await firstByte(folder, "y")).toBe(1);
    expect(await firstByte(folder, "z")).toBe(2);
    expect(await firstByte(`${folder}/model.safetensors.index.json`, "z")).toBe(2);
    const listed = await openSafetensors([`${folder}/${A}`, `${folder}/${B}`]);
    expect([...listed.names()]).toEqual(["x", "y", "z"]);
    expect(listed.extent("z", "data")?.path).toBe(`${folder}/${B}`);
    await listed.close();
  });

  it("opens a shard once, however the index writes its name", async () => {
    const folder = await checkpoint({ index: { weight_map: { x: A, y: `./${A}`, z: `sub/../${B}` } } });
    expect((await failure(openSafetensors(folder))).message).toContain("leads out");
    const plain = await checkpoint({ index: { weight_map: { x: A, y: `./${A}`, z: `.//${B}` } } });
    expect(await firstByte(plain, "y")).toBe(1);
  });

  it("takes the single file where both are there", async () => {
    const folder = await checkpoint();
    await writeFile(`${folder}/model.safetensors`, shard(9, "x"));
    expect(await firstByte(folder, "x")).toBe(9);
  });

  it("may hold tensors the index does not list", async () => {
    expect(await firstByte(await checkpoint({ b: shard(2, "z", "extra") }), "extra")).toBe(2);
  });

  it("without one of its shards says which", async () => {
    const folder = await checkpoint();
    await rm(`${folder}/${A}`);
    const error = await failure(openSafetensors(folder));
    expect(error.code).toBe("missing-file");
    expect(error.message).toBe(
      `${folder}/${A}: this shard is missing; ${folder}/model.safetensors.index.json places 2 tensors in it. Download the rest of the checkpoint.`,
    );
  });

  it("whose shard lacks a tensor says where it is", async () => {
    const again = "Download the index and the shards again, from one revision.";
    expect(await message({ a: shard(1, "x") })).toBe(
      `model.safetensors.index.json: places tensor "y" in ${A}, but no shard holds it. ${again}`,
    );
    expect(await message({ a: shard(1, "x"), b: shard(2, "y", "z") })).toBe(
      `model.safetensors.index.json: places tensor "y" in ${A}, but ${B} holds it. ${again}`,
    );
  });

  it("with a tensor in two shards is refused", async () => {
    expect(await message({ b: shard(2, "z", "y") })).toBe(
      `${B}: tensor "y" is also in ${A}, so it is unclear which to use. Open only the files of one checkpoint, or download it again.`,
    );
  });

  it("with a broken shard names the shard", async () => {
    expect(await message({ b: shard(2, "z").subarray(0, -1) })).toBe(
      `${B}: tensor "z" ends at byte 4 of the data, but the file holds only 3: it was cut short. Download or copy the file again.`,
    );
  });

  it("never leads out of its folder", async () => {
    for (const path of ["../x", "/etc/passwd", "a/../../x", "..", "C:\\x", "c:x", "a\\..\\x", "", "a\0b"]) {
      expect(await message({ index: { weight_map: { x: path } } }), path).toBe(
        `model.safetensors.index.json: tensor "x": the shard ${JSON.stringify(path)} leads out of the checkpoint's folder. Download the index again.`,
      );
    }
  });

  it("with a broken index says what is wrong", async () => {
    const index = "model.safetensors.index.json";
    const next = "Download the index again.";
    expect(await message({ index: "[]" })).toBe(
      `${index}: must hold a JSON object, but holds a list. Download the file again.`,
    );
    expect(await message({ index: {} })).toBe(
      `${index}: "weight_map" must be an object of tensor name to file, but is missing. ${next}`,
    );
    expect(await message({ index: { weight_map: {} } })).toBe(
      `${index}: "weight_map" is empty: the checkpoint has no tensors. ${next}`,
    );
    expect(await message({ index: { weight_map: { x: 3 } } })).toBe(
      `${index}: tensor "x": the shard must be a file name, but is 3. ${next}`,
    );
    expect(await message({ index: `{\n  "weight_map": {"x": "${A}", "x": "${B}"}\n}` })).toBe(
      `${index}:2:59: not valid JSON: the key "x" is given twice. Correct the file, or download it again.`,
    );
    expect(await message({ index: '{"weight_map": {' })).toBe(
      `${index}:1:17: not valid JSON: the text ends where a key or "}" is expected. Correct the file, or download it again.`,
    );
  });

  it.skipIf(process.platform !== "linux")("leaves no file open when it cannot be opened", async () => {
    const folder = await checkpoint({ b: shard(2, "z").subarray(0, -1) });
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 20; i++) await failure(openSafetensors(folder));
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 10);
  });
});
