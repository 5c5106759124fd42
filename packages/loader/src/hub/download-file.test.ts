import { mkdir, readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import {
  BIG,
  CONFIG,
  entryOf,
  expectPulled,
  expectWhole,
  hubModel,
  pullSettings,
  WEIGHTS,
} from "../../test/hub-model.ts";
import {
  blobName,
  breakOff,
  COMMIT,
  etagOf,
  type HubServer,
  hubServers,
  otherContent,
  serve,
  sha256,
  stall,
  status,
} from "../../test/hub-server.ts";
import { openCheckpoint } from "../open-checkpoint.ts";
import { listModels } from "./list-models.ts";
import { type PullOptions, pullModel } from "./pull-model.ts";

const at = temporaryFolder();
const start = hubServers();
const settings = (options: PullOptions & { hub: HubServer }) => pullSettings(at, options);

describe("downloadFile", () => {
  it("goes on by range after a break", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [breakOff(30_000), breakOff(20_000)]);
    const options = settings({ hub });
    await pullModel("org/name", options);
    await expectWhole(options);
    const [first, second, third] = hub.asked(BIG).map(({ headers }) => headers);
    expect(first).not.toHaveProperty("range");
    expect(second).toMatchObject({ range: "bytes=30000-", "if-range": etagOf(WEIGHTS) });
    expect(third).toMatchObject({ range: "bytes=50000-" });
  });

  it("breaks may be many while each brings something", async () => {
    const hub = await start(hubModel());
    hub.faults.set(
      BIG,
      Array.from({ length: 8 }, () => breakOff(10_000)),
    );
    await expectPulled(settings({ hub }));
  });

  it("goes on in a later run, and checks what it found", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [breakOff(40_000), status(503)]);
    const options = settings({ hub, attempts: 2 });
    const broken = await failure(pullModel("org/name", options));
    expect(broken.code).toBe("network-failed");
    expect(await readdir(entryOf(options, "blobs"))).toContain(`${sha256(WEIGHTS)}.incomplete`);
    expect(await readdir(entryOf(options, "refs")), "main means nothing yet").toEqual([]);
    expect(await listModels(options)).toMatchObject([
      { partialBytes: 40_000, revisions: [{ missing: ["safetensors"] }] },
    ]);

    expect((await failure(openCheckpoint("org/name", options))).message).toMatch(
      /has a config\.json but no weights: .* Its download has not ended: engine pull org\/name .*goes on with it\.$/,
    );

    await pullModel("org/name", options);
    await expectWhole(options);
    expect(hub.asked(BIG).at(-1)!.headers.range).toBe("bytes=40000-");

    const spoiled = settings({ hub });
    await mkdir(entryOf(spoiled, "blobs"), { recursive: true });
    await writeFile(entryOf(spoiled, "blobs", `${sha256(WEIGHTS)}.incomplete`), Buffer.alloc(50_000, 9));
    await pullModel("org/name", spoiled);
    await expectWhole(spoiled);
    expect(
      hub
        .asked(BIG)
        .slice(-2)
        .map(({ headers }) => headers.range),
    ).toEqual(["bytes=50000-", undefined]);
  });

  it("takes a whole or too long beginning for what it is", async () => {
    const hub = await start(hubModel());
    for (const [begun, requests] of [
      [WEIGHTS, 0],
      [Buffer.concat([WEIGHTS, WEIGHTS]), 1],
      [Buffer.alloc(WEIGHTS.length), 1],
    ] as const) {
      const options = settings({ hub });
      await mkdir(entryOf(options, "blobs"), { recursive: true });
      await writeFile(entryOf(options, "blobs", `${sha256(WEIGHTS)}.incomplete`), begun);
      const before = hub.asked(BIG).length;
      await pullModel("org/name", options);
      await expectWhole(options);
      expect(hub.asked(BIG).length - before).toBe(requests);
    }
  });

  it("gives a stalled connection up and goes on", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [stall(30_000), () => {}]);
    await expectPulled(settings({ hub, stall: 300 }));
    hub.faults.set(BIG, [stall(0)]);
    hub.forever.add(BIG);
    const error = await failure(pullModel("org/name", settings({ hub, stall: 100, attempts: 2 })));
    expect(error.message).toBe(
      `${hub.url}/org/name/resolve/${COMMIT}/${BIG}: nothing came for 0.1 s. Check the network, and pull again to go on.`,
    );
  });

  it("begins anew where a server knows no ranges, or has another file by now", async () => {
    const hub = await start(hubModel());
    const whole = (etag: string) => (_: unknown, response: Parameters<typeof serve>[1], bytes: Buffer) =>
      void response.writeHead(200, { etag, "content-length": bytes.length }).end(bytes);
    hub.faults.set(BIG, [breakOff(30_000), whole('"x"')]);
    await expectPulled(settings({ hub }));
    const changed = (
      request: Parameters<typeof serve>[0],
      response: Parameters<typeof serve>[1],
      bytes: Buffer,
    ) => {
      const { setHeader: _, ...rest } = request.headers;
      request.headers = { ...rest, "if-range": undefined };
      const { writeHead } = response;
      response.writeHead = ((code: number, headers: object) =>
        writeHead.call(response, code, { ...headers, etag: '"other"' } as never)) as never;
      serve(request, response, bytes);
    };
    hub.faults.set(BIG, [breakOff(30_000), changed]);
    const before = hub.asked(BIG).length;
    await expectPulled(settings({ hub }));
    expect(
      hub
        .asked(BIG)
        .slice(before)
        .map(({ headers }) => headers.range),
    ).toEqual([undefined, "bytes=30000-", undefined]);
  });

  it.each([
    [`bytes 0-${WEIGHTS.length - 1}/${WEIGHTS.length}`, "another beginning"],
    [`bytes 30000-40000/${WEIGHTS.length}`, "another end"],
    [`bytes 30000-${WEIGHTS.length - 1}/${WEIGHTS.length + 1}`, "another size"],
    ["pages 1-2/3", "no bytes"],
  ])("believes no wrong Content-Range: %s (%s)", async (range) => {
    const hub = await start(hubModel());
    const wrong = (_: unknown, response: Parameters<typeof serve>[1], bytes: Buffer) =>
      void response
        .writeHead(206, { etag: etagOf(bytes), "content-range": range })
        .end(bytes.subarray(0, 100));
    hub.faults.set(BIG, [breakOff(30_000), wrong]);
    await expectPulled(settings({ hub }));
    expect(
      hub.asked(BIG).map(({ headers }) => headers.range),
      "none of it is taken",
    ).toEqual([undefined, "bytes=30000-", undefined]);
  });

  it("takes no more bytes than are listed, and no fewer", async () => {
    const hub = await start(hubModel());
    const longer = (_: unknown, response: Parameters<typeof serve>[1], bytes: Buffer) => {
      response.write(bytes);
      response.end("more");
    };
    for (const [lie, text] of [
      [longer, `the server sends more than the ${WEIGHTS.length} bytes the hub lists`],
      [
        (request, response) => serve(request, response, WEIGHTS.subarray(5)),
        `${WEIGHTS.length - 5} bytes, not`,
      ],
      [
        (_, response) => {
          response.write("fe");
          response.end("w");
        },
        `an answer that ends after 3 of ${WEIGHTS.length} bytes`,
      ],
    ] as [typeof serve, string][]) {
      hub.faults.set(BIG, [lie]);
      await expectPulled(settings({ hub }));
      hub.faults.set(BIG, [lie]);
      hub.forever.add(BIG);
      const options = settings({ hub });
      const error = await failure(pullModel("org/name", options));
      expect(error.code).toBe("network-failed");
      expect(error.message).toContain(text);
      hub.forever.clear();
    }
  });

  it("throws a wrong content away", async () => {
    const hub = await start(hubModel());
    hub.faults.set(BIG, [otherContent]);
    hub.forever.add(BIG);
    const options = settings({ hub });
    const error = await failure(pullModel("org/name", options));
    expect(error.code).toBe("bad-checkpoint");
    expect(error.message).toBe(
      `org/name: what the server sent as "${BIG}" is not what the hub lists: its SHA-256 is not ${sha256(WEIGHTS)}. It was thrown away; pull again, and check HF_ENDPOINT if it stays so.`,
    );
    expect(hub.asked(BIG).length).toBe(1);
    expect(await readdir(entryOf(options, "blobs"))).toEqual([blobName("config.json", CONFIG)]);

    hub.forever.clear();
    hub.faults.set("config.json", [otherContent]);
    hub.faults.delete(BIG);
    const small = await failure(pullModel("org/name", settings({ hub })));
    expect(small.message).toContain(`its git SHA-1 is not ${blobName("config.json", CONFIG)}`);
  });

  it("waits as it is told, and gives up in the end", async () => {
    const hub = await start(hubModel());
    const date = new Date(Date.now() - 1000).toUTCString();
    hub.faults.set("api", [status(503)]);
    hub.faults.set("tree", [status(429, { ratelimit: '"api";r=0;t=0' })]);
    hub.faults.set(BIG, [status(429, { "retry-after": "0" }), status(503, { "retry-after": date })]);
    await expectPulled(settings({ hub }));
    hub.faults.set(BIG, [status(429, { "retry-after": "900" })]);
    const error = await failure(pullModel("org/name", settings({ hub })));
    expect(error.message).toBe("org/name: too many requests (HTTP 429). Pull again later to go on.");
    hub.faults.set(BIG, [status(500)]);
    hub.forever.add(BIG);
    const before = hub.asked(BIG).length;
    expect((await failure(pullModel("org/name", settings({ hub })))).code).toBe("network-failed");
    expect(hub.asked(BIG).length - before).toBe(3);
  });
});
