import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSafetensors } from "@engine/loader";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeIoOptions, fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

let plain = "";
let chatty = "";
let bare = "";

beforeAll(async () => {
  plain = await tinyModel();
  chatty = await tinyModel({ template: true });
  bare = await tinyModel({ tokenizer: false });
});
afterAll(() => {
  for (const folder of [plain, chatty, bare]) rmSync(folder, { recursive: true });
});

async function engine(args: string[], options?: FakeIoOptions) {
  const io = fakeIo(options);
  const code = await runCli(["run", ...args, "--backend", "reference", "--ignore-eos"], io);
  return { code, out: io.out(), err: io.err() };
}
const json = async (...args: string[]) => JSON.parse((await engine([...args, "--json"])).out);

it("continues a prompt on stdout, with nothing added", async () => {
  const { code, out, err } = await engine([plain, "Hello", "--greedy", "--max-tokens", "12"]);
  const { text } = await json(plain, "Hello", "--greedy", "--max-tokens", "12");
  expect({ code, out, err }).toEqual({ code: 0, out: `Hello${text}`, err: "" });
});

it("prints one object with --json", async () => {
  const { code, out } = await engine([
    plain,
    "--prompt",
    "Hello",
    "--max-tokens",
    "5",
    "--seed",
    "7",
    "--json",
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/^\{.*\}\n$/);
  const number = expect.any(Number);
  expect(JSON.parse(out)).toMatchObject({
    tokens: [number, number, number, number, number],
    text: expect.any(String),
    finishReason: "length",
    usage: { promptTokens: 6, completionTokens: 5 },
    timings: { loadMs: number, ttftMs: number, promptTokensPerSecond: number, tokensPerSecond: number },
    memory: { peakRssBytes: number },
    prompt: "Hello",
    architecture: "llama",
    backend: "reference",
    seed: 7,
  });
});

it("takes token ids where there is no tokenizer", async () => {
  const withText = await json(plain, "Hi", "--greedy", "--max-tokens", "4");
  const withIds = await json(bare, "--token-ids", "256,72,105", "--greedy", "--max-tokens", "4");
  expect(withIds.tokens).toEqual(withText.tokens);
  expect(withIds.text).toBe("");
  const { out } = await engine([bare, "--token-ids", "256,72,105", "--greedy", "--max-tokens", "4"]);
  expect(out).toBe(withIds.tokens.join());
  const { code, err } = await engine([bare, "Hi"]);
  expect(code).toBe(1);
  expect(err).toContain("--token-ids 1,2,3");
});

it("reads the prompt from a file and from standard input", async () => {
  const file = join(plain, "prompt.txt");
  writeFileSync(file, "Hi");
  const given = await engine([plain, "Hi", "--greedy", "--max-tokens", "4"]);
  expect(await engine([plain, "--file", file, "--greedy", "--max-tokens", "4"])).toEqual(given);
  expect(await engine([plain, "--file", "-", "--greedy", "--max-tokens", "4"], { input: "Hi" })).toEqual(
    given,
  );
  expect(await engine([plain, "--file", "./nosuch.txt"])).toMatchObject({ code: 1, out: "" });
});

it("gives one text for one seed", async () => {
  const draw = (seed: string) =>
    json(plain, "Hi", "--temperature", "1", "--max-tokens", "16", "--seed", seed);
  const [first, again, other] = [await draw("1"), await draw("1"), await draw("2")];
  expect(again.tokens).toEqual(first.tokens);
  expect(other.tokens).not.toEqual(first.tokens);
});

describe("with a chat template", () => {
  it("prints the answer alone, and reads what the template writes", async () => {
    const { out } = await engine([chatty, "Hi", "--greedy", "--max-tokens", "8"]);
    const { text, usage } = await json(chatty, "Hi", "--greedy", "--max-tokens", "8");
    expect(out).toBe(text);
    expect(usage.promptTokens).toBe("[user]Hi\n[assistant]".length + 1);
    const { usage: led } = await json(chatty, "Hi", "--system", "Be kind.", "--max-tokens", "1");
    expect(led.promptTokens).toBe("[system]Be kind.\n[user]Hi\n[assistant]".length + 1);
  });

  it("leaves it out with --raw", async () => {
    const { out } = await engine([chatty, "Hi", "--raw", "--greedy", "--max-tokens", "8"]);
    expect(out).toBe((await engine([plain, "Hi", "--greedy", "--max-tokens", "8"])).out);
    expect(await engine([chatty, "Hi", "--raw", "--system", "x"])).toMatchObject({ code: 1, out: "" });
  });
});

it("ends before a stop text", async () => {
  const { text } = await json(plain, "Hello", "--greedy", "--max-tokens", "12");
  const stop = text.slice(4, 6);
  const ended = await json(plain, "Hello", "--greedy", "--max-tokens", "12", "--stop", stop);
  expect(ended).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finishReason: "stop" });
});

it("stops at the first Ctrl-C with what there is, and leaves at the second", async () => {
  const io = fakeIo();
  io.watch = () => io.stop("interrupt");
  const args = ["run", plain, "Hello", "--max-tokens", "200", "--ignore-eos", "--backend", "reference"];
  expect(await runCli(args, io)).toBe(130);
  expect(io.out()).toMatch(/^Hello/);
  expect(io.exits).toEqual([]);

  const hasty = fakeIo();
  hasty.watch = () => {
    hasty.stop("interrupt");
    hasty.stop("interrupt");
  };
  await runCli(args, hasty);
  expect(hasty.exits).toEqual([130]);
});

it("prints the object of a stopped answer, and ends quietly when nobody reads", async () => {
  const args = ["run", plain, "Hello", "--ignore-eos", "--backend", "reference"];
  const io = fakeIo();
  // --verbose says that the model is loaded: the answer is stopped before its first token.
  io.watch = () => io.stop("interrupt");
  expect(await runCli([...args, "--json", "--verbose"], io)).toBe(130);
  expect(JSON.parse(io.out())).toMatchObject({ tokens: [], text: "", finishReason: "abort" });

  const closed = fakeIo();
  closed.watch = () => closed.stop("closed");
  expect(await runCli(args, closed)).toBe(0);
  expect(closed.err()).toBe("");
});

it("writes logits and layers", async () => {
  const file = join(plain, "logits.safetensors");
  const args = [plain, "Hello", "--max-tokens", "0", "--logits", file];
  expect(await engine(args)).toEqual({ code: 0, out: "Hello", err: "" });
  expect([...(await readSafetensors(file)).keys()]).toEqual(["logits"]);
  await engine([...args, "--layers"]);
  const tensors = await readSafetensors(file);
  expect([...tensors].map(([name, { shape }]) => [name, shape]).toSorted()).toEqual([
    ["layer0", [6, 16]],
    ["layer1", [6, 16]],
    ["logits", [6, 258]],
  ]);
  const { tokens } = await json(plain, "Hello", "--greedy", "--max-tokens", "1");
  const last = new Float32Array(tensors.get("logits")!.data.buffer).slice(5 * 258, 5 * 258 + 256);
  expect(last.indexOf(Math.max(...last))).toBe(tokens[0]);
});

it("refuses what does not fit the memory budget, and says nothing of one that suffices", async () => {
  const { code, err } = await engine([plain, "Hi", "--memory-budget", "40KB"]);
  expect(code).toBe(1);
  expect(err).toMatch(
    /^error: .* does not fit a memory budget of 0\.0 MB\. The least that works is \d+\.\d MB, of which the process itself takes/,
  );
  const whole = await json(plain, "Hi", "--max-tokens", "1");
  expect(await json(plain, "Hi", "--max-tokens", "1", "--memory-budget", "8GiB")).toMatchObject({
    tokens: whole.tokens,
    memory: { weights: { resident: whole.memory.weights.resident } },
  });
});

it("says in one sentence what is wrong with a broken model", async () => {
  const folder = join(plain, "broken");
  mkdirSync(folder);
  writeFileSync(join(folder, "config.json"), '{ "model_type": "llama" ');
  writeFileSync(join(folder, "model.safetensors"), "not weights");
  const { code, out, err } = await engine([folder, "Hi"]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^error: .*config\.json.*\n$/);
});

it("asks for a prompt", async () => {
  const { code, err } = await engine([plain]);
  expect(code).toBe(2);
  expect(err).toContain("There is no prompt");
});

const stories = resolve(import.meta.dirname, "../../../../../shared/models/stories260K");
it.skipIf(!existsSync(stories))("tells the golden story (skipped without ../shared)", async () => {
  const [golden] = JSON.parse(readFileSync(join(stories, "golden.json"), "utf8"));
  const args = [join(stories, "hf-f32"), "--prompt", golden.prompt, "--greedy", "--max-tokens", "180"];
  const io = fakeIo();
  expect(await runCli(["run", ...args, "--backend", "reference"], io)).toBe(0);
  expect(io.out()).toBe(golden.text);
});
