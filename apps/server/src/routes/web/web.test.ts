import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, serve } from "../../index.ts";

let folder: string;
let server: RunningServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-web-"));
  const site = join(folder, "site");
  await mkdir(join(site, "assets"), { recursive: true });
  await writeFile(join(site, "index.html"), "<title>chat</title>");
  await writeFile(join(site, "assets", "app.js"), "1;");
  await writeFile(join(folder, "secret.js"), "2;");
  await symlink(join(folder, "secret.js"), join(site, "link.js"));
  server = await serve({ port: 0, webFolder: pathToFileURL(`${site}/`) });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

test("pages come with a policy that lets in nothing foreign", async () => {
  const page = await fetch(`${server.url}/`);
  expect(await page.text()).toBe("<title>chat</title>");
  expect(page.headers.get("content-type")).toMatch("text/html");
  expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
});

test("named files stay in caches, others are asked for again", async () => {
  const script = await fetch(`${server.url}/assets/app.js`);
  expect([script.status, script.headers.get("cache-control")]).toEqual([
    200,
    expect.stringContaining("immutable"),
  ]);
  expect((await fetch(`${server.url}/`)).headers.get("cache-control")).toBe("no-cache");
});

test("links that lead out, folders and files of unknown kinds are not there", async () => {
  for (const path of ["/link.js", "/assets", "/assets/", "/none.js", "/v1/none", "/engine/none"]) {
    expect((await fetch(server.url + path)).status, path).toBe(404);
  }
});

test("where the interface is not built, the page says so", async () => {
  await using bare = await serve({ port: 0, webFolder: pathToFileURL(join(folder, "none/")) });
  expect(await (await fetch(`${bare.url}/`)).text()).toContain("not installed or not built");
});
