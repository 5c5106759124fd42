import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

let folder = "";
let text = "";

beforeAll(async () => {
  folder = await tinyModel();
  text = join(folder, "text.txt");
  writeFileSync(text, "A river.|The sea and the sky.|Broken off");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function engine(...args: string[]) {
  const io = fakeIo();
  const code = await runCli([...args, "--backend", "reference"], io);
  return { code, out: io.out(), err: io.err() };
}

it("measures the perplexity of a text in pieces", async () => {
  const { code, out, err } = await engine(
    "perplexity",
    folder,
    text,
    "--split",
    "|",
    "--chars",
    "33",
    "--json",
  );
  expect([code, err]).toEqual([0, ""]);
  // BOS and one token for each byte; the last piece is broken off.
  expect(JSON.parse(out)).toMatchObject({ tokens: 28, pieces: 2, backend: "reference" });
  expect(JSON.parse(out).perplexity).toBeGreaterThan(1);
});

it("compares a model with itself", async () => {
  const { code, out } = await engine("compare", folder, folder, text, "--context", "16", "--json");
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ kl: { mean: 0, max: 0 }, topAgreement: 1, context: 16 });
  expect(report.perplexity[0]).toBe(report.perplexity[1]);
  expect((await engine("compare", folder, folder, text)).out).toContain("same top token  100.00 %");
});

it("says what is wrong with the text", async () => {
  expect(await engine("perplexity", folder, join(folder, "none.txt"))).toMatchObject({ code: 1, out: "" });
  const { err } = await engine("perplexity", folder, text, "--chars", "3", "--split", "|");
  expect(err).toContain("no piece of two or more tokens");
});
