import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/files.ts";
import { listModels } from "./list-models.ts";

const at = temporaryFolder();

/** As Python's library writes it: links to blobs. */
async function snapshot(
  repo: string,
  { commit, ref, files }: { commit: string; ref?: string; files: Record<string, string> },
) {
  await mkdir(join(repo, "blobs"), { recursive: true });
  await mkdir(join(repo, "snapshots", commit, "sub"), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const blob = Buffer.from(text).toString("hex").slice(0, 40);
    await writeFile(join(repo, "blobs", blob), text);
    const up = path.includes("/") ? "../../../blobs" : "../../blobs";
    await symlink(`${up}/${blob}`, join(repo, "snapshots", commit, path));
  }
  if (ref) {
    await mkdir(join(repo, "refs", ref, ".."), { recursive: true });
    await writeFile(join(repo, "refs", ref), commit);
  }
}

const index = JSON.stringify({ weight_map: { a: "one.safetensors", b: "two.safetensors" } });

describe("listModels", () => {
  it("tells what is there, what lacks, and what is shared", async () => {
    const cache = at("hub");
    expect(await listModels({ hubCache: cache })).toEqual([]);
    const whole = join(cache, "models--org--whole");
    await snapshot(whole, {
      commit: "aaa",
      ref: "main",
      files: { "config.json": "{}", "model.safetensors": "12345", "sub/x": "xyz" },
    });
    await snapshot(whole, { commit: "bbb", ref: "refs/pr/1", files: { "config.json": "{}" } });
    const parts = join(cache, "models--parts");
    await snapshot(parts, {
      commit: "ccc",
      ref: "main",
      files: {
        "config.json": "{}",
        "model.safetensors.index.json": index,
        "one.safetensors": "1",
        "two.safetensors": "22",
      },
    });
    await writeFile(join(parts, "blobs", "x.incomplete"), "123");
    await rm(join(parts, "blobs", Buffer.from("22").toString("hex")));
    await mkdir(join(cache, "datasets--org--data", "snapshots"), { recursive: true });
    await mkdir(join(cache, "models--empty"), { recursive: true });
    await writeFile(join(cache, "CACHEDIR.TAG"), "");

    const models = await listModels({ hubCache: cache });
    expect(models.map(({ id, bytes, partialBytes }) => ({ id, bytes, partialBytes }))).toEqual([
      { id: "org/whole", bytes: 10, partialBytes: 0 },
      { id: "parts", bytes: 2 + index.length + 1, partialBytes: 3 },
    ]);
    const [a, b] = models[0]!.revisions.toSorted((x, y) => x.commit.localeCompare(y.commit));
    expect(a).toMatchObject({ commit: "aaa", refs: ["main"], files: 3, bytes: 10, missing: [] });
    expect(b).toMatchObject({
      commit: "bbb",
      refs: ["refs/pr/1"],
      files: 1,
      bytes: 2,
      missing: ["safetensors"],
    });
    expect(models[1]!.revisions).toMatchObject([{ commit: "ccc", missing: ["two.safetensors"] }]);
  });

  it("calls an index that cannot be read what lacks", async () => {
    const cache = at("bad");
    const files = { "config.json": "{}", "model.safetensors.index.json": "{" };
    await snapshot(join(cache, "models--o--n"), { commit: "aaa", files });
    expect((await listModels({ hubCache: cache }))[0]!.revisions[0]!.missing).toEqual([
      "a readable model.safetensors.index.json",
    ]);
  });
});
