import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { spread } from "../models/spread.ts";
import { runCli } from "../run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await tinyModel({ tokenizer: false });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function bench(...flags: string[]) {
  const io = fakeIo();
  const code = await runCli(["bench", folder, "--backend", "reference", ...flags], io);
  return { code, out: io.out(), err: io.err() };
}
const SMALL = ["--prompt-tokens", "8", "--gen-tokens", "4", "--runs", "2"];

it("prints one object with --json, without a tokenizer", async () => {
  const { code, out, err } = await bench(...SMALL, "--json");
  expect([code, err]).toEqual([0, ""]);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ runs: 2, promptTokens: 8, genTokens: 4, backend: "reference" });
  for (const key of ["promptTokensPerSecond", "tokensPerSecond"]) {
    const { min, median, max } = report.spread[key];
    expect(min).toBeGreaterThan(0);
    expect(median).toBe(report[key]);
    expect(median).toBeCloseTo((min + max) / 2);
  }
  expect(report.loadMs).toBeGreaterThan(0);
  expect(report.memory.peakRssBytes).toBeGreaterThan(1e6);
});

it("reads the prompt whole in every run", async () => {
  const { out } = await bench("--prompt-tokens", "100", "--gen-tokens", "2", "--runs", "2", "--json");
  expect(JSON.parse(out)).toMatchObject({ promptTokens: 100, cachedTokens: 0 });
});

it("shows a table", async () => {
  const { out } = await bench(...SMALL);
  expect(out).toContain("prompt of 8");
  expect(out).toContain("answer of 4");
});

it("fits its sizes to the context, and refuses those that do not fit", async () => {
  const { out } = await bench("--runs", "1", "--json", "--context", "64");
  expect(JSON.parse(out)).toMatchObject({ promptTokens: 48, genTokens: 16 });
  expect(await bench("--prompt-tokens", "300")).toMatchObject({ code: 2, out: "" });
});

it("takes the middle of the runs", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1])).toEqual({ median: 2.5, min: 1, max: 4 });
});
