import { cp, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelPath } from "@engine/model-demo";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import type { RunningServer } from "../../index.ts";

const COMMIT = "a".repeat(40);
let cache: string;
let server: RunningServer;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "engine-hub-"));
  await downloaded("org/whole", true);
  await downloaded("org/partial", false);
  const folders = join(cache, "folders");
  await mkdir(folders);
  await symlink(modelPath, join(folders, "linked"));
  server = await demoServer({ hubCache: cache, folders: [folders] });
});
afterAll(async () => {
  await server?.close();
  await rm(cache, { recursive: true });
});

/** An entry of the hub cache, with the demo model as its files. */
async function downloaded(id: string, whole: boolean): Promise<void> {
  const repo = join(cache, `models--${id.replace("/", "--")}`);
  const snapshot = join(repo, "snapshots", COMMIT);
  await mkdir(join(repo, "refs"), { recursive: true });
  await writeFile(join(repo, "refs", "main"), COMMIT);
  await cp(modelPath, snapshot, { recursive: true });
  if (!whole) await rm(join(snapshot, "model.safetensors"));
}

async function call(path: string, body?: object, headers: Record<string, string> = {}) {
  const init = body ? { method: "POST", body: JSON.stringify(body), headers } : {};
  const response = await fetch(`${server.url}/engine${path}`, init);
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
}

test("models are listed with where they are from and what they lack", async () => {
  const { json } = await call("/models");
  expect(json.models).toMatchObject([
    { id: "demo", origin: "given", state: "loaded", deletable: false, default: true },
    { id: "linked", origin: "folder", state: "unloaded" },
    { id: "org/partial", origin: "hub", missing: [expect.any(String)] },
    { id: "org/whole", origin: "hub", missing: [], deletable: true },
  ]);
  expect(json.models[0].loaded).toMatchObject({
    architecture: "llama",
    deviceKind: "cpu",
    context: 512,
    vocab: 2012,
    chat: false,
  });
});

test("a model without a chat template continues a conversation where the request or the server says so", async () => {
  const body = { model: "linked", messages: [{ role: "user", content: "Once upon a time" }], max_tokens: 4 };
  const ask = async (url: string, more: object = {}) => {
    const init = { method: "POST", body: JSON.stringify({ ...body, ...more }) };
    const response = await fetch(`${url}/v1/chat/completions`, init);
    return { status: response.status, text: await response.text() };
  };
  const refused = await ask(server.url);
  expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("no_chat_template") });
  expect(refused.text).toContain("--plain-chat");
  const asked = await ask(server.url, { plain_chat: true });
  expect(asked).toMatchObject({ status: 200, text: expect.stringContaining('"completion_tokens":4') });
  await using plain = await demoServer({
    models: [],
    hubCache: cache,
    folders: [join(cache, "folders")],
    plainChat: true,
  });
  expect(await ask(plain.url)).toMatchObject({ status: 200 });
  expect(await ask(plain.url, { model: "org/whole" })).toMatchObject({ status: 200 });
});

test("what a load takes is told before", async () => {
  const { json } = await call("/models/describe?model=org/whole");
  const { memory, kv, activations, total } = json;
  expect(json).toMatchObject({ architecture: "llama", parameters: 995_968, fits: true });
  expect(total).toBe(memory.weights.resident + memory.pages + kv.total + activations);
  expect(await call("/models/describe?model=org/partial")).toMatchObject({ status: 409 });
});

test("a load tells how far it is, and an unload takes the model away", async () => {
  const { text } = await call("/models/load", { model: "org/whole" }, { accept: "text/event-stream" });
  const events = text
    .trim()
    .split("\n\n")
    .map((event) => event.split("\n")[0]);
  expect(events.at(-1)).toBe("event: done");
  expect(text).toContain('"id":"org/whole","origin":"hub","state":"loaded"');
  expect((await call("/models/unload", { model: "org/whole" })).json).toMatchObject({ state: "unloaded" });
  const failed = await call("/models/load", { model: "org/partial" }, { accept: "text/event-stream" });
  expect(failed).toMatchObject({ status: 409, json: { error: { code: "model_incomplete" } } });
});

test("a model is deleted only by who asked first, and only a downloaded one", async () => {
  expect(await call("/models/delete", { model: "demo" })).toMatchObject({ status: 403 });
  const folder = join(cache, "models--org--whole");
  const { json } = await call("/models/delete", { model: "org/whole" });
  expect(json).toMatchObject({ model: "org/whole", confirm: { bytes: expect.any(Number) } });
  const { token } = json.confirm;
  expect(await call("/models/delete", { model: "org/whole", token: "guess" })).toMatchObject({ status: 409 });
  expect(await call("/models/delete", { model: "org/partial", token })).toMatchObject({ status: 409 });
  expect((await stat(folder)).isDirectory()).toBe(true);
  expect((await call("/models/delete", { model: "org/whole", token })).json).toMatchObject({ deleted: true });
  await expect(stat(folder)).rejects.toThrow("ENOENT");
  expect(await call("/models/delete", { model: "org/whole", token })).toMatchObject({ status: 404 });
});

test("a pull that cannot be is told as any error", async () => {
  expect(await call("/models/pull", { id: "../x" })).toMatchObject({
    status: 400,
    json: { error: { param: "id" } },
  });
});

test("a model is quantized into the models' folder, with progress, once at a time", async () => {
  const ask = { model: "linked", name: "linked-int8", type: "int8", embeddings: "int8", threads: 1 };
  const [one, two] = await Promise.all([
    call("/models/quantize", ask),
    call("/models/quantize", { ...ask, name: "other" }),
  ]);
  const [done, refused] = one.status === 200 ? [one, two] : [two, one];
  expect(refused).toMatchObject({ status: 409, json: { error: { code: "already_running" } } });
  expect(done.text).toContain("event: progress");
  const last = JSON.parse(done.text.trim().split("data: ").at(-1)!);
  expect(last.bytes).toBeLessThan(last.sourceBytes);
  const { json } = await call("/models");
  expect(json.models).toContainEqual(expect.objectContaining({ id: last.id, origin: "folder" }));
  const again = await call("/models/quantize", { ...ask, name: last.id });
  expect(again).toMatchObject({ status: 409, json: { error: { code: "model_exists" } } });
});

test("a copy that was quantized here is deleted, with nothing of what its links lead to", async () => {
  const folders = join(cache, "folders");
  const copy = join(folders, "small");
  const made = { model: "linked", name: "small", type: "int8", threads: 1 };
  await call("/models/quantize", made);
  const infoOf = async (wanted: string) =>
    (await call("/models")).json.models.find(({ id }: { id: string }) => id === wanted);
  expect(await infoOf("small")).toMatchObject({ origin: "folder", deletable: true });
  expect(await infoOf("linked")).toMatchObject({ deletable: false });

  // What somebody put there, a copy of the folder and a link to it are nobody's to delete.
  await cp(copy, join(folders, "copied"), { recursive: true });
  await symlink(copy, join(folders, "alias"));
  for (const model of ["copied", "alias", "linked"]) {
    expect(await infoOf(model)).toMatchObject({ deletable: false });
    const refused = await call("/models/delete", { model });
    expect(refused).toMatchObject({ status: 403, json: { error: { code: "not_deletable" } } });
  }
  const notes = join(copy, "notes.txt");
  for (const put of [() => writeFile(notes, "mine"), () => symlink(modelPath, notes)]) {
    await put();
    const refused = await call("/models/delete", { model: "small" });
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining("(notes.txt)") });
    await rm(notes);
  }

  const ask = async () => (await call("/models/delete", { model: "small" })).json.confirm.token;
  const token = await ask();
  await call("/models/load", { model: "alias" });
  const refused = await call("/models/delete", { model: "small", token });
  expect(refused).toMatchObject({ status: 409, text: expect.stringContaining("unload 'alias'") });
  await call("/models/unload", { model: "alias" });
  await call("/models/load", { model: "small" });
  expect((await call("/models/delete", { model: "small", token })).json).toMatchObject({ deleted: true });
  await expect(stat(copy)).rejects.toThrow("ENOENT");
  expect((await stat(join(modelPath, "config.json"))).isFile()).toBe(true);
  // The name is free again, and what has it now is another copy.
  await call("/models/quantize", made);
  expect(await call("/models/delete", { model: "small", token })).toMatchObject({ status: 409 });
  const again = await call("/models/delete", { model: "small", token: await ask() });
  expect(again.json).toMatchObject({ deleted: true });
});

test("a copy that the operator named is not deleted under its other name", async () => {
  const folders = await mkdtemp(join(tmpdir(), "engine-copies-"));
  await using one = await demoServer({ folders: [folders] });
  const post = (url: string, path: string, body: object) =>
    fetch(`${url}/engine/models/${path}`, { method: "POST", body: JSON.stringify(body) }).then((r) =>
      r.text(),
    );
  await post(one.url, "quantize", { model: "demo", name: "small", type: "int8", threads: 1 });
  const models = [{ id: "mine", path: join(folders, "small"), plainChat: true }];
  await using two = await demoServer({ folders: [folders], models });
  expect(await post(two.url, "delete", { model: "small" })).toContain("given to the server as 'mine'");
  expect(await post(two.url, "delete", { model: "mine" })).toContain("not_deletable");
  await rm(folders, { recursive: true });
});

test.each([
  ["a path", { name: "../x" }, 400],
  ["a hidden name", { name: ".x" }, 400],
  ["an unknown model", { model: "/etc" }, 404],
  ["a model that is not whole", { model: "org/partial" }, 409],
  ["a type there is not", { type: "int3" }, 400],
])("%s is not quantized", async (_, wrong, status) => {
  const ask = { model: "demo", name: "demo-int4", type: "int4", ...wrong };
  expect(await call("/models/quantize", ask)).toMatchObject({ status });
});

test("who leaves stops the quantizing, and nothing unfinished is listed", async () => {
  const abort = new AbortController();
  const body = JSON.stringify({ model: "demo", name: "left", type: "int8", threads: 1 });
  const init = { method: "POST", body, signal: abort.signal };
  const response = await fetch(`${server.url}/engine/models/quantize`, init).catch(() => undefined);
  const reader = response?.body?.getReader();
  await reader?.read();
  abort.abort();
  await expect
    .poll(async () => (await call("/models/quantize", { model: "demo", name: "x", type: "int9" })).status)
    .toBe(400);
  const { json } = await call("/models");
  expect(json.models.map(({ id }: { id: string }) => id)).not.toContain("left.incomplete");
});

test("the status tells what goes on", async () => {
  const { json } = await call("/status");
  expect(json).toMatchObject({
    ready: true,
    draining: false,
    requests: { running: 0, waiting: 0, limit: 256 },
    memory: { models: expect.any(Number), rss: expect.any(Number) },
    management: { pull: true, delete: true, quantize: true },
  });
  expect(json.memory.models).toBeLessThan(json.memory.budget);
});
