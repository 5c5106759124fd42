import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import {
  BIG,
  CONFIG,
  entryOf,
  expectWhole,
  hubModel,
  noise,
  pullSettings,
  WEIGHTS,
} from "../../test/hub-model.ts";
import { blobName, COMMIT, type HubServer, hubServers, sha256, stall } from "../../test/hub-server.ts";
import { openCheckpoint } from "../open-checkpoint.ts";
import { type PullOptions, pullModel } from "./pull-model.ts";
import type { PullProgress } from "./pull-progress.ts";

const at = temporaryFolder();
const start = hubServers();
const settings = (options: PullOptions & { hub: HubServer }) => pullSettings(at, options);

describe("pullModel", () => {
  it("lays the model out as the hub's own tools do, and it opens", async () => {
    const hub = await start({ ...hubModel(), "pytorch_model.bin": noise(10), "README.md": noise(10) });
    const options = settings({ hub });
    const pulled = await pullModel("org/name", options);
    expect(pulled.files).toEqual([
      { path: "config.json", bytes: CONFIG.length, wasHere: false },
      { path: BIG, bytes: WEIGHTS.length, wasHere: false },
    ]);
    expect(pulled.folder).toBe(entryOf(options, "snapshots", COMMIT));
    expect(await readFile(entryOf(options, "refs", "main"), "utf8")).toBe(COMMIT);
    expect(await readlink(join(pulled.folder, BIG))).toBe(`../../blobs/${sha256(WEIGHTS)}`);
    expect(await readlink(join(pulled.folder, "config.json"))).toBe(
      `../../blobs/${blobName("config.json", CONFIG)}`,
    );
    expect(await readdir(join(options.hubCache, ".locks", "models--org--name"))).toEqual([]);
    await expectWhole(options);

    const checkpoint = await openCheckpoint("org/name", options);
    expect([...checkpoint.source.names()]).toEqual(["w"]);
    await checkpoint.source.close();

    const before = hub.requests.length;
    const again = await pullModel("org/name", options);
    expect(again.files.every(({ wasHere }) => wasHere)).toBe(true);
    expect(hub.requests.length - before, "only the two lists are asked for").toBe(2);
  });

  it("takes the shards that the index names, and each content once", async () => {
    const [one, two] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const index = Buffer.from(JSON.stringify({ weight_map: { a: one, b: two } }));
    const hub = await start({
      "config.json": CONFIG,
      "model.safetensors.index.json": index,
      [one]: WEIGHTS,
      [two]: WEIGHTS,
      "consolidated.safetensors": WEIGHTS,
      "onnx/model.onnx": noise(9),
    });
    const options = settings({ hub });
    const { files } = await pullModel("org/name", options);
    expect(files.map(({ path }) => path)).toEqual(["config.json", "model.safetensors.index.json", one, two]);
    expect(hub.asked(one).length + hub.asked(two).length).toBe(1);
    expect((await readdir(entryOf(options, "blobs"))).length).toBe(3);

    hub.files.delete(two);
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toBe(
      `org/name: model.safetensors.index.json names the shard "${two}", which is not among the files to download. Choose another revision, or tell the owner.`,
    );
  });

  it("reports files, the total, and ends at it", async () => {
    const reports: PullProgress[] = [];
    const hub = await start(hubModel());
    await pullModel("org/name", settings({ hub, onProgress: (report) => reports.push(report) }));
    const total = CONFIG.length + WEIGHTS.length;
    expect(reports.every((report) => report.total === total)).toBe(true);
    expect(reports.at(-1)).toMatchObject({
      done: total,
      files: [{ done: CONFIG.length }, { done: WEIGHTS.length }],
    });
  });

  it("stops when told, and keeps what arrived", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [stall(30_000)]);
    const stop = new AbortController();
    const options = settings({
      hub,
      stall: 60_000,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 30_000) stop.abort();
      },
    });
    // The report that sees the bytes may be held back; a second one comes with the small file.
    const timer = setTimeout(() => stop.abort(), 500);
    expect((await failure(pullModel("org/name", options))).code).toBe("aborted");
    clearTimeout(timer);
    expect((await lstat(entryOf(options, "blobs", `${sha256(WEIGHTS)}.incomplete`))).size).toBe(30_000);
    expect(await readdir(join(options.hubCache, ".locks", "models--org--name"))).toEqual([]);
    const { signal: _, onProgress: __, ...again } = options;
    await pullModel("org/name", again);
    await expectWhole(options);
    expect((await failure(pullModel("org/name", options))).code).toBe("aborted");
  });

  it("says what the disk lacks, before a byte comes", async () => {
    const hub = await start(hubModel());
    hub.list = (entries) =>
      entries.map((entry) =>
        entry.path === BIG ? { ...entry, lfs: { oid: sha256(WEIGHTS), size: 2 ** 52 } } : entry,
      );
    const options = settings({ hub });
    const error = await failure(pullModel("org/name", options));
    expect(error.code).toBe("io-failed");
    expect(error.message).toMatch(
      /models--org--name: 4194304\.00 GiB are still to be downloaded, but the disk has only \d+\.\d\d [GM]iB left\. Free \d+\.\d\d GiB \(engine remove\), or set HF_HUB_CACHE/,
    );
    expect(hub.asked("config.json")).toEqual([]);
  });

  it("lets two at once have one download", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [stall(30_000)]);
    const waits: string[] = [];
    const options = settings({ hub, stall: 1000, onWait: (holder) => waits.push(holder) });
    await Promise.all([pullModel("org/name", options), pullModel("org/name", options)]);
    await expectWhole(options);
    expect(waits).toEqual([expect.stringContaining(`process ${process.pid} on `)]);
    expect(hub.asked(BIG).length, "one stalled, one that went on").toBe(2);
  });

  it("makes do without symbolic links", async () => {
    const hub = await start(hubModel());
    const options = settings({ hub, env: { HF_HUB_DISABLE_SYMLINKS: "1" } });
    const { folder } = await pullModel("org/name", options);
    expect((await lstat(join(folder, BIG))).isFile()).toBe(true);
    await expectWhole(options);
    expect((await pullModel("org/name", options)).files.every(({ wasHere }) => wasHere)).toBe(true);
  });
});
