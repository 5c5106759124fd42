import { createHash } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FakeIoOptions, fakeIo } from "../../test/fake-io.ts";
import { runCli } from "../run-cli.ts";

const COMMIT = "c".repeat(40);
const FILES: Readonly<Record<string, Buffer>> = {
  "config.json": Buffer.from("{}"),
  "model.safetensors": Buffer.concat([Buffer.from("\x02\0\0\0\0\0\0\0{}"), Buffer.alloc(3000)]),
};

let folder = "";
let server: Server;
let url = "";
/** While true, the weights never end. */
let isSlow = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-cli-hub-"));
  server = createServer((request, response) => {
    const path = request.url!.split("/resolve/")[1]?.slice(COMMIT.length + 1);
    const bytes = FILES[path ?? ""];
    if (request.url!.includes("no/such")) response.writeHead(404, { "x-error-code": "RepoNotFound" }).end();
    else if (bytes && isSlow && bytes.length > 100) response.writeHead(200).write(bytes.subarray(0, 1000));
    else if (bytes) response.end(bytes);
    else if (request.url!.includes("/tree/")) response.end(JSON.stringify(Object.entries(FILES).map(entry)));
    else response.end(JSON.stringify({ sha: COMMIT }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function entry([path, bytes]: [string, Buffer]) {
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { type: "file", path, size: bytes.length, oid };
}

/** A command's exit code and what it printed, with a cache of its own name. */
async function engine(
  args: readonly string[],
  { cache = "hub", ...options }: FakeIoOptions & { cache?: string } = {},
) {
  const env = {
    HF_ENDPOINT: url,
    HF_HUB_CACHE: join(folder, cache),
    HF_HUB_DISABLE_IMPLICIT_TOKEN: "1",
  };
  const io = fakeIo({ env, ...options });
  return { io, code: runCli(args, io), cache: env.HF_HUB_CACHE };
}

describe("pull, list and remove", () => {
  it("go through a model's life", async () => {
    const first = await engine(["pull", "org/name"]);
    expect(await first.code).toBe(0);
    expect(first.io.out()).toBe(
      `org/name cccccccccccc: 2 of 2 files, 2.94 KiB of 2.94 KiB, came now.\n${join(first.cache, "models--org--name", "snapshots", COMMIT)}\n`,
    );
    expect(first.io.err()).toBe("config.json: 2 B\nmodel.safetensors: 2.94 KiB\n");

    const again = await engine(["pull", "org/name", "--json"]);
    expect(await again.code).toBe(0);
    expect(JSON.parse(again.io.out())).toMatchObject({
      id: "org/name",
      commit: COMMIT,
      files: [{ wasHere: true }, {}],
    });

    const listed = await engine(["list"]);
    expect(await listed.code).toBe(0);
    expect(listed.io.out()).toContain("org/name  main      cccccccccccc  2.94 KiB      2  complete\n");
    const json = await engine(["list", "--json"]);
    await json.code;
    expect(JSON.parse(json.io.out())).toMatchObject({
      models: [{ id: "org/name", revisions: [{ missing: [] }] }],
    });

    const unasked = await engine(["remove", "org/name"]);
    expect(await unasked.code).toBe(2);
    expect(unasked.io.err()).toContain(
      "Removing org/name, all of it, frees 2.98 KiB; --yes is needed to do it.",
    );
    const done = await engine(["remove", "org/name", "--yes"]);
    expect(await done.code).toBe(0);
    expect(done.io.out()).toBe("Removing org/name, all of it, freed 2.98 KiB.\n");
    const empty = await engine(["list"]);
    await empty.code;
    expect(empty.io.out()).toBe(`No models in ${done.cache}. engine pull ORG/NAME downloads one.\n`);
  });

  it("say in one sentence what is wrong", async () => {
    const unknown = await engine(["pull", "no/such"]);
    expect(await unknown.code).toBe(1);
    expect(unknown.io.err()).toBe(
      `error: no/such: no public model of this name is at ${url}. Check the name; if it is private, set HF_TOKEN.\n`,
    );
    const absent = await engine(["remove", "no/such", "--yes"]);
    expect(await absent.code).toBe(1);
    expect(absent.io.err()).toContain('"engine list" shows what is.');
    const run = await engine(["run", "no-such-org/no-such-name", "Hello"]);
    expect(await run.code).toBe(1);
    expect(run.io.err()).toContain("Download it first (engine pull no-such-org/no-such-name)");
  });

  it("stops at Ctrl-C, keeps what arrived and goes on from there", async () => {
    isSlow = true;
    const stopped = await engine(["pull", "org/name"], { cache: "stopped" });
    const oid = entry(["", FILES["model.safetensors"]!]).oid;
    const part = join(stopped.cache, "models--org--name", "blobs", `${oid}.incomplete`);
    await vi.waitUntil(async () => (await stat(part).catch(() => undefined))?.size === 1000, 20_000);
    stopped.io.stop("interrupt");
    expect(await stopped.code).toBe(130);
    expect(stopped.io.err()).toContain("Stopped; what arrived is kept.");
    const listed = await engine(["list"], { cache: "stopped" });
    await listed.code;
    expect(listed.io.out()).toContain("incomplete: no safetensors, 1000 B of a download that has not ended");
    isSlow = false;
    expect(await (await engine(["pull", "org/name"], { cache: "stopped" })).code).toBe(0);
  });
});
