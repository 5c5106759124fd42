import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import {
  BIG,
  CONFIG,
  entryOf,
  hubModel,
  noise,
  type PullSettings,
  pullSettings,
  WEIGHTS,
} from "../../test/hub-model.ts";
import { blobName, COMMIT, hubServers, sha256 } from "../../test/hub-server.ts";
import { hubLockFile } from "./hub-cache.ts";
import { pullModel } from "./pull-model.ts";
import { planRemoval } from "./remove-model.ts";
import { lockRepo } from "./repo-lock.ts";

const at = temporaryFolder();
const start = hubServers();
const OTHER = "2".repeat(40);
const TOKENIZER = noise(500);

/** A cache with two commits of one model: the config is the same in both. */
async function twoCommits(env: Record<string, string> = {}): Promise<PullSettings> {
  const hub = await start(hubModel());
  const options = pullSettings(at, { hub, env: { HF_HUB_DISABLE_IMPLICIT_TOKEN: "1", ...env } });
  await pullModel("org/name", options);
  hub.commit = OTHER;
  hub.files.set(BIG, WEIGHTS.subarray(0, 100_070)).set("tokenizer.json", TOKENIZER);
  await pullModel("org/name", { ...options, revision: "next" });
  return options;
}

describe("planRemoval", () => {
  it.each([
    ["symbolic links", {}],
    ["hard links", { HF_HUB_DISABLE_SYMLINKS: "1" }],
  ])("removes one revision and keeps what the other needs (%s)", async (_, env) => {
    const options = await twoCommits(env as Record<string, string>);
    const removal = await planRemoval("org/name", { ...options, revision: "next" });
    expect(removal).toMatchObject({ commits: [OTHER], isWhole: false, bytes: 100_070 + 500 + 40 });
    expect((await readdir(entryOf(options, "blobs"))).length, "nothing yet").toBe(4);
    await removal.run();
    expect(await readdir(entryOf(options, "snapshots"))).toEqual([COMMIT]);
    expect(await readdir(entryOf(options, "refs"))).toEqual(["main"]);
    expect((await readdir(entryOf(options, "blobs"))).toSorted()).toEqual(
      [blobName("config.json", CONFIG), sha256(WEIGHTS)].toSorted(),
    );
  });

  it("finds a revision by the beginning of its commit", async () => {
    const options = await twoCommits();
    expect((await planRemoval("org/name", { ...options, revision: "1111" })).commits).toEqual([COMMIT]);
    for (const revision of ["111", "3333", "v9"]) {
      const error = await failure(planRemoval("org/name", { ...options, revision }));
      expect(error.code).toBe("missing-file");
      expect(error.message).toContain(`org/name: has no revision "${revision}" in the cache; there are "`);
    }
  });

  it("removes the whole model, partial downloads too", async () => {
    const options = await twoCommits();
    await writeFile(entryOf(options, "blobs", "x.incomplete"), "123");
    const removal = await planRemoval("org/name", options);
    const files = WEIGHTS.length + CONFIG.length + 100_070 + 500;
    expect(removal).toMatchObject({ isWhole: true, bytes: files + 2 * 40 + 3 });
    await removal.run();
    expect(await readdir(options.hubCache)).toEqual([".locks", "CACHEDIR.TAG"]);
    expect(await readdir(join(options.hubCache, ".locks"))).toEqual([]);
    expect((await failure(planRemoval("org/name", options))).message).toBe(
      `"org/name" is not in ${options.hubCache}. "engine list" shows what is.`,
    );
  });

  it("touches nothing while a download is under way, nor outside the cache", async () => {
    const options = await twoCommits();
    const removal = await planRemoval("org/name", options);
    await using _ = await lockRepo(hubLockFile("org/name", options.hubCache), {
      signal: new AbortController().signal,
    });
    expect((await failure(removal.run())).message).toContain("is working on this model");
    expect((await readdir(entryOf(options, "snapshots"))).length).toBe(2);

    await mkdir(at("outside", "snapshots"), { recursive: true });
    for (const id of ["../outside", "/", "", "a/../../outside"]) {
      expect((await failure(planRemoval(id, options))).code).toBe("missing-file");
    }
  });
});
