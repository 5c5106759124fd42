import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "@engine/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeIoOptions, fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { Conversation } from "../models/conversation.ts";
import { runCli } from "../run-cli.ts";

/** Answers begin inside a thought, unless the template is asked for none. */
const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}[assistant]{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% else %}<think>\n{% endif %}";
const CLOSING = Buffer.from("\n</think>\n\n");
const BUDGET = 4;

let folder = "";
let plain = "";

beforeAll(async () => {
  folder = await tinyModel();
  plain = await tinyModel();
  const config = { bos_token: "<s>", eos_token: "</s>", chat_template: TEMPLATE };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
});
afterAll(() => {
  for (const each of [folder, plain]) rmSync(each, { recursive: true });
});

const FLAGS = ["--seed", "3", "--temperature", "1", "--max-tokens", "40", "--backend", "reference"];
const CUT = ["--thought-budget", String(BUDGET)];

async function engine(args: string[], options?: FakeIoOptions) {
  const io = fakeIo(options);
  const code = await runCli([...args, ...FLAGS], io);
  return { code, out: io.out(), err: io.err() };
}
const run = (args: string[], options?: FakeIoOptions) => engine(["run", folder, "Hi", ...args], options);
const json = async (...args: string[]) => JSON.parse((await run([...args, "--json"])).out);

describe("run", () => {
  it("prints the answer alone, and keeps the thought apart in --json", async () => {
    const report = await json(...CUT);
    expect(report.tokens).toHaveLength(40);
    expect(report.tokens.slice(BUDGET, BUDGET + CLOSING.length)).toEqual([...CLOSING]);
    expect(report.reasoning).toBeTruthy();
    expect(report.text).toBeTruthy();
    expect(report.text).not.toContain("</think>");
    expect(report.usage.reasoningTokens).toBeGreaterThanOrEqual(BUDGET);
    expect(report).not.toHaveProperty("toolCalls");
    expect(await run(CUT)).toEqual({ code: 0, out: report.text, err: "" });
  });

  it("prints nothing of a thought that does not end", async () => {
    expect((await run([])).out).toBe("");
    expect(await json()).toMatchObject({ text: "", reasoning: expect.stringMatching(/./) });
  });

  it("asks the template for no thought with --no-think", async () => {
    const report = await json("--no-think");
    expect(report).not.toHaveProperty("reasoning");
    expect(report.text).toBeTruthy();
    expect(report.usage.promptTokens).toBe(1 + "[user]Hi\n[assistant]<think>\n\n</think>\n\n".length);
    expect((await json("--think")).reasoning).toBe((await json()).reasoning);
  });

  it("shows the thought on a terminal, on stderr", async () => {
    const { text, reasoning } = await json(...CUT);
    const { out, err } = await run(CUT, { tty: true, env: { NO_COLOR: "1", CI: "1" } });
    expect(out.trimEnd()).toBe(text.trimEnd());
    expect(err).toContain(`thinking …\n${reasoning}\n… end of thought\n`);
  });

  it("refuses the flags where no template is used", async () => {
    expect(await run(["--raw", "--no-think"])).toMatchObject({ code: 2, out: "" });
    expect(await engine(["run", plain, "Hi", "--think"])).toMatchObject({ code: 1, out: "" });
  });

  it("stops inside a thought at Ctrl-C", async () => {
    const io = fakeIo({ tty: true, env: { NO_COLOR: "1", CI: "1" } });
    io.watch = (stream, text) => {
      if (stream === "stderr" && text.startsWith("thinking")) io.stop("interrupt");
    };
    const args = ["run", folder, "Hi", "--backend", "reference", "--ignore-eos", "--max-tokens", "200"];
    expect(await runCli(args, io)).toBe(130);
    expect(io.out()).toBe("");
    expect(io.err()).toContain("… end of thought");
  });
});

describe("chat", () => {
  it("answers as run does, and keeps thoughts out of stdout", async () => {
    const { out } = await run(CUT);
    const first = await engine(["chat", folder, ...CUT], { input: "Hi\n" });
    expect(first).toEqual({ code: 0, out: `${out}\n`, err: "" });
    const both = await engine(["chat", folder, ...CUT], { input: "Hi\nAnd?\n" });
    expect(both.out.startsWith(first.out)).toBe(true);
    expect(both.out).not.toContain("think>");
  });

  it("does not read an earlier thought again", async () => {
    await using model = await load(folder, { sessions: 1 });
    await using conversation = new Conversation(model);
    // Plain letters are read back as the same tokens, which random bytes need not be.
    const others = Array.from({ length: 258 }, (_, id) => id).filter((id) => id < 97 || id > 122);
    const logitBias = Object.fromEntries(others.map((id) => [id, Number.NEGATIVE_INFINITY]));
    const ask = async (text: string) => {
      const answer = conversation.ask(text, {
        logitBias,
        maxTokens: 24,
        thoughtBudget: BUDGET,
        temperature: 0,
      });
      let step = await answer.next();
      while (!step.done) step = await answer.next();
      return step.value;
    };
    const { text, tokens } = await ask("Hi");
    expect(text).toHaveLength(tokens.length - BUDGET - CLOSING.length);
    const second = await ask("And?");
    const prompt = `[user]Hi\n[assistant]${text}\n[user]And?\n[assistant]<think>\n`;
    expect(second.usage.promptTokens).toBe(1 + prompt.length);
  });
});
