import { mkdir, readdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { BIG, hubModel, pullSettings } from "../../test/hub-model.ts";
import { type Fault, type HubServer, hubServers, status } from "../../test/hub-server.ts";
import { type PullOptions, pullModel } from "./pull-model.ts";

const at = temporaryFolder();
const start = hubServers();
const settings = (options: PullOptions & { hub: HubServer }) => pullSettings(at, options);

const redirect =
  (to: (request: Parameters<Fault>[0]) => string): Fault =>
  (request, response) =>
    void response.writeHead(302, { location: to(request) }).end();

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const tokens = (hub: HubServer) => hub.requests.map(({ headers }) => headers.authorization);

describe("who asks", () => {
  it("sends the token to the hub, and to no other host", async () => {
    const hub = await start(hubModel());
    const other = await start(hubModel());
    const signed = (request: Parameters<Fault>[0]) => `${other.url}${request.url}?signature=secret`;
    hub.faults.set(BIG, [redirect(signed)]);
    const same = redirect((request) => `${request.url}`);
    hub.faults.set("config.json", [same]);
    const options = settings({ hub, token: "hf_secret" });
    await pullModel("org/name", options);
    expect(new Set(tokens(hub))).toEqual(new Set(["Bearer hf_secret"]));
    expect(hub.asked("config.json").length, "the hub's own redirect is followed").toBe(2);
    expect(other.requests.length).toBe(1);
    expect(tokens(other)).toEqual([undefined]);
  });

  it("sends it no more once another host was met", async () => {
    const hub = await start(hubModel());
    const other = await start(hubModel());
    hub.faults.set(BIG, [redirect(({ url }) => `${other.url}${url}`)]);
    other.faults.set(BIG, [redirect(({ url }) => `${hub.url}${url}`)]);
    await pullModel("org/name", settings({ hub, token: "hf_secret" }));
    expect(hub.asked(BIG).map(({ headers }) => headers.authorization)).toEqual([
      "Bearer hf_secret",
      undefined,
    ]);
  });

  it("keeps signatures out of messages, and gives up on circles", async () => {
    const hub = await start(hubModel());
    const nobody = await unusedPort();
    hub.faults.set(BIG, [redirect(() => `http://127.0.0.1:${nobody}/x?signature=secret`)]);
    hub.forever.add(BIG);
    const refused = await failure(pullModel("org/name", settings({ hub })));
    expect(refused.message).toBe(
      `http://127.0.0.1:${nobody}/x: the connection failed (ECONNREFUSED). Check the network and HF_ENDPOINT, and pull again to go on.`,
    );
    hub.faults.set(BIG, [redirect(({ url }) => `${url}`)]);
    const circle = await failure(pullModel("org/name", settings({ hub })));
    expect(circle.message).toContain("more than 10 redirects");
    hub.faults.set(BIG, [redirect(() => "file:///etc/passwd")]);
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toContain(
      'redirects to "file://"',
    );
  });

  it("does not follow a list of files to another host", async () => {
    const hub = await start(hubModel());
    const other = await start(hubModel());
    const list: Fault = (_, response) =>
      void response.setHeader("link", `<${other.url}/api/models/x/tree/y>; rel="next"`).end("[]");
    hub.faults.set("tree", [list]);
    const error = await failure(pullModel("org/name", settings({ hub, token: "hf_secret" })));
    expect(error.message).toContain(`the list of files goes on at "${other.url}`);
    expect(other.requests).toEqual([]);
  });

  it("reads a list of several pages", async () => {
    const hub = await start(hubModel());
    const half =
      (from: number): Fault =>
      (_, response) => {
        const all = JSON.stringify(pages.slice(from, from + 1));
        if (from === 0) response.setHeader("link", `</api/models/org/name/tree/2?cursor=x>; rel="next"`);
        response.end(all);
      };
    const pages: unknown[] = [];
    hub.list = (entries) => {
      pages.push(...entries);
      return entries;
    };
    await pullModel("org/name", settings({ hub }));
    hub.faults.set("tree", [half(0), half(1)]);
    const { files } = await pullModel("org/name", settings({ hub }));
    expect(files.map(({ path }) => path)).toEqual(["config.json", BIG]);
  });

  it("finds the token where the hub's own tools do", async () => {
    const hub = await start(hubModel());
    const file = at("home", "token");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "hf_file\n");
    const seen = async (env: Record<string, string>, more: PullOptions = {}) => {
      hub.requests.length = 0;
      await pullModel("org/name", settings({ hub, env, ...more }));
      return tokens(hub)[0];
    };
    expect(await seen({ HF_TOKEN: "hf_env", HF_HOME: at("home") })).toBe("Bearer hf_env");
    expect(await seen({ HF_HOME: at("home") })).toBe("Bearer hf_file");
    expect(await seen({ HF_TOKEN_PATH: file, HF_HOME: at("none") })).toBe("Bearer hf_file");
    expect(await seen({ HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" })).toBeUndefined();
    expect(await seen({ HF_TOKEN: "hf_env" }, { token: false })).toBeUndefined();
    const { endpoint, ...rest } = settings({ hub, env: { HF_ENDPOINT: `${hub.url}/` } });
    expect(endpoint).toBe(hub.url);
    await pullModel("org/name", rest);
    const bad = await failure(pullModel("org/name", settings({ hub, token: "hf_a\r\nx: y" })));
    expect(bad.code).toBe("bad-option");
    expect(bad.message).not.toContain("hf_a");
  });

  it("asks nobody when the user is offline, or the endpoint cannot be one", async () => {
    const hub = await start(hubModel());
    for (const HF_HUB_OFFLINE of ["1", "true"]) {
      const error = await failure(pullModel("org/name", settings({ hub, env: { HF_HUB_OFFLINE } })));
      expect(error.message).toContain("HF_HUB_OFFLINE is set, so nothing is downloaded.");
    }
    for (const endpoint of ["ftp://x", "x", "https://u:p@x", "https://x/?a"]) {
      const error = await failure(pullModel("org/name", settings({ hub, endpoint })));
      expect(error.code).toBe("bad-option");
      expect(error.message).not.toContain("u:p");
    }
    for (const id of ["../x", "a/b/c", "/etc", "a--b/c", ""]) {
      expect((await failure(pullModel(id, settings({ hub })))).code).toBe("bad-option");
    }
    for (const revision of ["../x", "", "a b", "/x", "-/../y"]) {
      expect((await failure(pullModel("org/name", settings({ hub, revision })))).code).toBe("bad-option");
    }
    expect(hub.requests).toEqual([]);
  });
});

describe("what the hub refuses", () => {
  const gated = { "x-error-code": "GatedRepo" };
  it.each<[string, number, Record<string, string>, string | false, string, string]>([
    [
      "gated, no token",
      401,
      gated,
      false,
      "access-denied",
      "org/name: is gated: its owner wants to know who downloads it. Accept the terms at HUB/org/name, make a token at HUB/settings/tokens, and set HF_TOKEN to it.",
    ],
    [
      "gated, not granted",
      403,
      gated,
      "hf_t",
      "access-denied",
      "org/name: is gated, and the account of this token has no access yet. Ask for it at HUB/org/name, wait for the answer, and pull again.",
    ],
    [
      "unknown or private",
      401,
      {},
      false,
      "missing-file",
      "org/name: no public model of this name is at HUB. Check the name; if it is private, set HF_TOKEN.",
    ],
    [
      "unknown",
      404,
      { "x-error-code": "RepoNotFound" },
      "hf_t",
      "missing-file",
      "org/name: no model of this name is at HUB, or the account of this token may not see it. Check the name and the token.",
    ],
    [
      "bad token",
      401,
      { "x-error-message": "Invalid credentials in Authorization header" },
      "hf_t",
      "access-denied",
      'org/name: the hub does not accept the token ("Invalid credentials in Authorization header"). Make a new one at HUB/settings/tokens, and set HF_TOKEN to it.',
    ],
    [
      "token without the right",
      403,
      {},
      "hf_t",
      "access-denied",
      "org/name: this token may not read it. Give it the right to read this repository at HUB/settings/tokens.",
    ],
    [
      "no revision",
      404,
      { "x-error-code": "RevisionNotFound" },
      false,
      "missing-file",
      'org/name: has no revision "main". See HUB/org/name/tree/main for its branches and tags.',
    ],
    [
      "disabled",
      403,
      { "x-error-message": "Access to this resource is disabled." },
      false,
      "access-denied",
      "org/name: the hub has disabled this repository. See HUB/org/name for the reason.",
    ],
    [
      "nonsense",
      418,
      {},
      false,
      "network-failed",
      "org/name: the hub answers HTTP 418, which is not expected. Check HF_ENDPOINT (now HUB).",
    ],
  ])("says why: %s", async (_, code, headers, token, errorCode, text) => {
    const hub = await start(hubModel());
    hub.faults.set("api", [status(code, headers)]);
    const error = await failure(pullModel("org/name", settings({ hub, token })));
    expect(error.message).toBe(text.replaceAll("HUB", hub.url));
    expect(error.code).toBe(errorCode);
    expect(hub.requests.length, "once is enough").toBe(1);
  });

  it("explains a gate that only the files have, and a file that is gone", async () => {
    const hub = await start(hubModel());
    hub.faults.set("config.json", [status(401, gated)]);
    hub.faults.set(BIG, [status(401, gated)]);
    const options = settings({ hub, token: false });
    expect((await failure(pullModel("org/name", options))).message).toContain("is gated: its owner");
    expect(await readdir(join(options.hubCache!, "models--org--name", "blobs"))).toEqual([]);
    hub.faults.set("config.json", [status(404, { "x-error-code": "EntryNotFound" })]);
    expect((await failure(pullModel("org/name", settings({ hub, token: false })))).message).toBe(
      'org/name: the hub lists "config.json" but does not have it. Pull again; if it stays so, tell the owner.',
    );
  });
});
