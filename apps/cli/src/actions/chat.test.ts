import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

let chatty = "";
let plain = "";
let short = "";

beforeAll(async () => {
  chatty = await tinyModel({ template: true });
  plain = await tinyModel();
  short = await tinyModel({ template: true, context: 64 });
});
afterAll(() => {
  for (const folder of [chatty, plain, short]) rmSync(folder, { recursive: true });
});

const FLAGS = ["--greedy", "--max-tokens", "6", "--backend", "reference"];

async function chat(folder: string, input: string, ...flags: string[]) {
  const io = fakeIo({ input });
  const code = await runCli(["chat", folder, ...FLAGS, ...flags], io);
  return { code, out: io.out(), err: io.err() };
}

it("answers line by line and leaves at the end of the input", async () => {
  const { code, out, err } = await chat(chatty, "Hello\n\nAnd then?\n");
  expect(code).toBe(0);
  const [first, second] = out.split("\n").filter(Boolean);
  expect(first).toBeTruthy();
  expect(second).toBeTruthy();
  expect(err).toBe("");
});

it("gives the answer that run gives", async () => {
  const io = fakeIo();
  await runCli(["run", chatty, "Hello", "--system", "Be kind.", ...FLAGS], io);
  const { out } = await chat(chatty, "Hello\n", "--system", "Be kind.");
  expect(out).toBe(`${io.out()}\n`);
});

it("forgets with /clear, leaves with /exit, and knows its commands", async () => {
  const once = await chat(chatty, "Hello\n");
  const twice = await chat(chatty, "Hello\n/clear\nHello\n/help\n/nope\n/exit\nHello\n");
  expect(twice.out).toBe(once.out + once.out);
  expect(twice.err).toContain("forgotten");
  expect(twice.err).toContain("/clear  forget");
  expect(twice.err).toContain("no command /nope");
});

it("says that a model without a template only continues", async () => {
  const { code, out, err } = await chat(plain, "Hello\n");
  const io = fakeIo();
  await runCli(["run", plain, "Hello", ...FLAGS], io);
  expect(code).toBe(0);
  expect(`Hello${out}`).toBe(`${io.out()}\n`);
  expect(err).toContain("no chat template");
});

it("stops an answer at Ctrl-C and goes on with the conversation", async () => {
  const io = fakeIo({ input: "Hello\nAgain\n" });
  let stops = 0;
  io.watch = (stream, text) => {
    if (stream !== "stdout" || text === "\n" || stops > 0) return;
    stops++;
    io.stop("interrupt");
  };
  expect(await runCli(["chat", chatty, "--backend", "reference", "--max-tokens", "6"], io)).toBe(0);
  expect(stops).toBe(1);
  expect(io.exits).toEqual([]);
  expect(io.out().split("\n")).toHaveLength(3);
});

it("goes on after an answer that the context has no room for", async () => {
  const { code, out, err } = await chat(short, `${"long ".repeat(20)}\nHi\n`);
  expect(code).toBe(0);
  expect(err).toMatch(/^error: .*context.*\/clear begins anew\.\n$/);
  expect(out.trim()).not.toBe("");
});
