import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await tinyModel({ hidden: 32 });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function engine(...args: string[]) {
  const io = fakeIo();
  const code = await runCli(args, io);
  return { code, out: io.out(), err: io.err() };
}

it("writes a smaller model that still predicts alike", async () => {
  const target = join(folder, "int8");
  const { code, out } = await engine(
    "quantize",
    folder,
    target,
    "--type",
    "int8",
    "--embeddings",
    "int8",
    "--json",
  );
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report.bytes).toBeLessThan(report.sourceBytes * 0.6);
  expect(report.ragged).toHaveLength(2);
  const text = join(folder, "text.txt");
  writeFileSync(text, "The sea and the sky.");
  const compared = await engine("compare", folder, target, text, "--backend", "reference", "--json");
  const { kl, topAgreement } = JSON.parse(compared.out);
  expect(kl.mean).toBeGreaterThan(0);
  expect(kl.mean).toBeLessThan(1e-3);
  expect(topAgreement).toBeGreaterThan(0.9);
});

it("refuses a destination that exists, and types it does not know", async () => {
  const { code, err } = await engine("quantize", folder, folder);
  expect([code, err]).toEqual([1, expect.stringContaining("exists already")]);
  expect(await engine("quantize", folder, join(folder, "x"), "--type", "int3")).toMatchObject({ code: 2 });
  const tied = await engine("quantize", folder, join(folder, "x"), "--lm-head", "int8");
  expect([tied.code, tied.err]).toEqual([1, expect.stringContaining("its embeddings are the head")]);
  expect(existsSync(join(folder, "x.incomplete"))).toBe(false);
});

it("shows what it did", async () => {
  const { out } = await engine("quantize", folder, join(folder, "int4"));
  expect(out).toContain(`${join(folder, "int4")}: `);
  expect(out).toContain("no whole number of groups: model.layers.0.mlp.down_proj.weight and 1 more");
});

it("weighs errors by a text when it is given one", async () => {
  const text = join(folder, "calibration.txt");
  writeFileSync(text, "A river runs to the sea.");
  const target = join(folder, "calibrated");
  const flags = ["--calibrate", text, "--backend", "reference", "--json"];
  expect((await engine("quantize", folder, target, ...flags)).code).toBe(0);
  const [plain, weighed] = [join(folder, "int4"), target].map((path) =>
    readFileSync(join(path, "model.safetensors")),
  );
  expect(weighed!.length).toBe(plain!.length);
  expect(weighed!.equals(plain!)).toBe(false);
});
