import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { placeFile } from "./place-file.ts";

const at = temporaryFolder();

async function blobIn(folder: string): Promise<{ blob: string; path: string }> {
  await mkdir(at(folder, "blobs"), { recursive: true });
  await writeFile(at(folder, "blobs", "abc"), "content");
  return { blob: at(folder, "blobs", "abc"), path: at(folder, "snapshots", "c", "sub", "x.json") };
}

describe("placeFile", () => {
  it("links, and replaces what stood there", async () => {
    const { blob, path } = await blobIn("links");
    for (let i = 0; i < 2; i++) {
      await placeFile(blob, path, { symlinks: true });
      expect(await readlink(path)).toBe("../../../blobs/abc");
    }
    await placeFile(blob, path, { symlinks: false });
    expect((await lstat(path)).isFile()).toBe(true);
    expect((await lstat(path)).ino).toBe((await lstat(blob)).ino);
    // Both are names of one file now.
    await placeFile(blob, path, { symlinks: false });
    await symlink("nowhere", at("links", "snapshots", "broken"));
    await placeFile(blob, at("links", "snapshots", "broken"), { symlinks: true });
    expect(await readFile(at("links", "snapshots", "broken"), "utf8")).toBe("content");
    expect(await readdir(at("links", "blobs"))).toEqual(["abc"]);
  });

  it("says where it cannot", async () => {
    const { blob, path } = await blobIn("blocked");
    await writeFile(at("blocked", "snapshots"), "a file in the folder's place");
    const error = await failure(placeFile(blob, path, { symlinks: true }));
    expect(error.message).toContain(path);
    expect(await readdir(at("blocked", "blobs"))).toEqual(["abc"]);
  });
});
