import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelPath } from "@engine/model-demo";
import { expect, it } from "vitest";
import { type FakeIo, fakeIo } from "../../test/fake-io.ts";
import { runCli } from "../run-cli.ts";

/** The address a server prints once it listens. */
async function addressOf(io: FakeIo): Promise<string> {
  await expect.poll(() => io.out(), { timeout: 20_000 }).toMatch(/^http:.*\n$/);
  return io.out().trim();
}

it("serves the demo model until a signal comes, and ends with 0", async () => {
  const io = fakeIo();
  const ended = runCli(["serve", "--port", "0", "--no-hub", "--drain", "2"], io);
  const url = await addressOf(io);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const body = JSON.stringify({ messages: [{ role: "user", content: "Once upon a time" }], max_tokens: 3 });
  const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ model: "demo", usage: { completion_tokens: 3 } });
  io.stop("terminate");
  expect(await ended).toBe(0);
  expect(io.err()).toContain("the demo model");
});

it("names models, asks for the key of the environment", async () => {
  const io = fakeIo({ env: { ENGINE_API_KEY: "from the environment" } });
  const ended = runCli(
    ["serve", "--port", "0", "--no-hub", "--no-preload", "small=./nosuch", "./other.gguf"],
    io,
  );
  const url = await addressOf(io);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  const headers = { authorization: "Bearer from the environment" };
  const { data } = (await (await fetch(`${url}/v1/models`, { headers })).json()) as {
    data: { id: string }[];
  };
  expect(data.map(({ id }) => id)).toEqual(["small", "other"]);
  io.stop("interrupt");
  expect(await ended).toBe(0);
});

it("takes no more memory for texts than a part of it, unless told how many", async () => {
  const folder = await mkdtemp(join(tmpdir(), "engine-serve-"));
  await cp(modelPath, folder, { recursive: true });
  const path = join(folder, "config.json");
  const config = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...config, max_position_embeddings: 2 ** 30 }));
  const sizes = async (...flags: string[]) => {
    const io = fakeIo();
    const ended = runCli(
      ["serve", "--port", "0", "--no-hub", "--no-preload", ...flags, `long=${folder}`],
      io,
    );
    const response = await fetch(`${await addressOf(io)}/engine/models/describe?model=long`);
    io.stop("terminate");
    expect(await ended).toBe(0);
    return (await response.json()) as { kv: { total: number; sessions: number }; budget: number };
  };
  const unless = await sizes();
  expect(unless.kv.sessions).toBe(1);
  expect(unless.kv.total).toBeLessThanOrEqual(unless.budget / 4);
  const told = await sizes("--sessions", "2", "--context", "1024");
  expect(told.kv.sessions).toBe(2);
  await rm(folder, { recursive: true });
});

it("does not start open to others, with a model that is not there, or with two of one name", async () => {
  const open = fakeIo();
  expect(await runCli(["serve", "--port", "0", "--host", "0.0.0.0"], open)).toBe(1);
  expect(open.err()).toMatch(/--api-key.*--insecure/);
  const missing = fakeIo();
  expect(await runCli(["serve", "--port", "0", "--no-hub", "./nosuch"], missing)).toBe(1);
  expect(missing.err()).toContain("./nosuch");
  const twice = fakeIo();
  expect(await runCli(["serve", "./a/x", "./x"], twice)).toBe(2);
  expect(twice.err()).toContain("NAME=MODEL");
}, 30_000);
