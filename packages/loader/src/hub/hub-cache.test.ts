import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { findSnapshot, hubCacheFolder, hubRepoFolder, isHubId } from "./hub-cache.ts";

const at = temporaryFolder();

describe("hub cache", () => {
  it("lies where the hub's own tools put it", () => {
    expect(hubCacheFolder({})).toBe(join(homedir(), ".cache", "huggingface", "hub"));
    expect(hubCacheFolder({ XDG_CACHE_HOME: "/c" })).toBe("/c/huggingface/hub");
    expect(hubCacheFolder({ HF_HOME: "/h", XDG_CACHE_HOME: "/c" })).toBe("/h/hub");
    expect(hubCacheFolder({ HF_HOME: "~/h" })).toBe(join(homedir(), "h", "hub"));
    expect(hubCacheFolder({ HF_HUB_CACHE: "/k", HF_HOME: "/h" })).toBe("/k");
    expect(hubRepoFolder("org/name", "/k")).toBe("/k/models--org--name");
  });

  it("tells ids from paths", () => {
    for (const id of ["org/name", "gpt2", "Qwen/Qwen3-0.6B", "a_b/c.d-1"]) expect(isHubId(id), id).toBe(true);
    for (const path of ["/a/b", "./a", "../a", "a/b/c", "a\\b", "C:\\a", "a/..", "~/a", "", "a/", "a b"]) {
      expect(isHubId(path), path).toBe(false);
    }
  });

  it("finds the snapshot of a revision, and never leaves the entry", async () => {
    const repo = at("models--o--n");
    for (const folder of ["snapshots/aaa", "refs/pr"]) await mkdir(join(repo, folder), { recursive: true });
    expect(await findSnapshot(repo), "the only one").toBe(join(repo, "snapshots", "aaa"));
    await mkdir(join(repo, "snapshots", "bbb"));
    const unclear = await failure(findSnapshot(repo));
    expect(unclear.code).toBe("missing-file");
    expect(unclear.message).toContain('no snapshot of revision "main"; there are "aaa", "bbb"');
    await writeFile(join(repo, "refs", "main"), "bbb");
    await writeFile(join(repo, "refs", "pr", "1"), "aaa");
    expect(await findSnapshot(repo)).toBe(join(repo, "snapshots", "bbb"));
    expect(await findSnapshot(repo, { revision: "pr/1" })).toBe(join(repo, "snapshots", "aaa"));

    await mkdir(at("outside"));
    await writeFile(join(repo, "refs", "main"), "../../outside");
    expect((await failure(findSnapshot(repo))).code).toBe("missing-file");
    expect((await failure(findSnapshot(repo, { revision: "../x" }))).code).toBe("bad-option");
    expect((await failure(findSnapshot(at("outside")))).code).toBe("missing-file");
  });
});
