import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { runCli } from "../run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "engine-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function plugins(...flags: string[]) {
  const io = fakeIo();
  const code = await runCli(["plugins", ...flags], io);
  return { code, out: io.out(), err: io.err() };
}

function file(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

const RNN = `export const rnn = { api: 1, name: "rnn", modelTypes: ["rnn"], parse() {}, forward() {}, context() {} };`;
const ABACUS = `export const abacus = { api: 1, name: "abacus", unavailable: () => "It has no beads.", open() {} };`;

it("lists the engine's own", async () => {
  const { architectures, backends } = JSON.parse((await plugins("--json")).out);
  expect(architectures).toContainEqual(
    expect.objectContaining({
      name: "llama",
      api: 1,
      modelTypes: expect.arrayContaining(["llama", "mistral"]),
    }),
  );
  expect(backends).toContainEqual(expect.objectContaining({ name: "reference", api: 1, available: true }));
});

it("lists what a file adds, and why it does not run", async () => {
  const path = file("both.mjs", RNN + ABACUS);
  const { architectures, backends } = JSON.parse((await plugins("--plugin", path, "--json")).out);
  expect(architectures).toContainEqual({ name: "rnn", api: 1, modelTypes: ["rnn"], from: path });
  expect(backends).toContainEqual({
    name: "abacus",
    api: 1,
    available: false,
    reason: "It has no beads.",
    from: path,
  });
  expect((await plugins("--plugin", path)).out).toMatch(/^abacus +1 +no: It has no beads\. +/m);
});

it("fails in one sentence for a file that is no plugin", async () => {
  const { code, err } = await plugins("--plugin", file("none.mjs", "export const x = 1;"));
  expect(code).toBe(1);
  expect(err).toMatch(/^error: .*exports no architecture and no backend.*\n$/);
  expect((await plugins("--plugin", "./nosuch.mjs")).code).toBe(1);
});

it("names the backends there are when asked for another", async () => {
  const io = fakeIo();
  const model = file("config.json", "{}");
  expect(await runCli(["run", model, "Hi", "--backend", "quantum"], io)).toBe(2);
  expect(io.err()).toMatch(/no such backend; there are: .*reference/);
});
