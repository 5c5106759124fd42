import { expect, it } from "vitest";
import { fakeIo } from "../test/fake-io.ts";
import { runCli } from "./run-cli.ts";

async function engine(...args: string[]) {
  const io = fakeIo();
  return { code: await runCli(args, io), out: io.out(), err: io.err() };
}

it("shows help on stdout when asked, on stderr when nothing was", async () => {
  const asked = await engine("--help");
  expect(asked).toMatchObject({ code: 0, err: "" });
  for (const name of ["run", "chat", "inspect", "bench", "plugins"])
    expect(asked.out).toContain(`  ${name} `);
  expect(await engine()).toMatchObject({ code: 2, out: "" });
});

it.each(["run", "chat", "serve", "inspect", "bench", "plugins", "perplexity", "compare", "quantize"])(
  "shows help of %s",
  async (name) => {
    const { code, out } = await engine(name, "--help");
    expect(code).toBe(0);
    expect(out).toContain(`Usage: engine ${name}`);
  },
);

it.each(["nosuch", "evaluate"])("knows no command %s", async (name) => {
  const { code, out, err } = await engine(name);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(`unknown command '${name}'`);
});

it.each([
  [["rnu"], "(Did you mean run?)", "engine --help"],
  [["run", "--greddy"], "(Did you mean --greedy?)", "engine run --help"],
  [["run", "m", "p", "--temperature", "hot"], "number from 0 to 100", "engine run --help"],
  [["run", "m", "p", "--kv", "int4"], "f32, f16, bf16 or int8", "engine run --help"],
  [["run", "m", "p", "--activations", "f16"], "f32, bf16 or int8", "engine run --help"],
  [["run", "m", "p", "--memory-budget", "much"], "such as 4GiB", "engine run --help"],
  [["run", "m", "p", "--greedy", "--temperature", "1"], "exclude each other", "engine run --help"],
  [["run", "m", "p", "--layers"], "--logits FILE", "engine run --help"],
  [["run", "m", "p", "--prompt", "q"], "given twice", "engine run --help"],
  [["run", "a", "b", "c"], "too many arguments", "engine run --help"],
  [["inspect"], "missing required argument 'model'", "engine inspect --help"],
  [["bench", "m", "--runs", "0"], "whole number from 1", "engine bench --help"],
])("counts %j as wrong usage", async (args, sentence, hint) => {
  const { code, out, err } = await engine(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(sentence);
  expect(err.trimEnd().split("\n")).toEqual([expect.stringMatching(/^error: /), `See ${hint}.`]);
});

it("fails with one sentence for a model that is not there", async () => {
  for (const args of [
    ["run", "./nosuch", "Hi"],
    ["inspect", "./nosuch"],
    ["bench", "./nosuch"],
    ["chat", "./nosuch"],
  ]) {
    const { code, out, err } = await engine(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: \.\/nosuch: no such file or folder.*\n$/);
  }
});

it("says how a lone word becomes a prompt", async () => {
  const { code, err } = await engine("run", "nosuch");
  expect(code).toBe(1);
  expect(err).toContain('engine run --prompt "nosuch"');
});

it("shows the stack with --verbose", async () => {
  const { err } = await engine("inspect", "./nosuch", "--verbose");
  expect(err).toContain("    at ");
});
