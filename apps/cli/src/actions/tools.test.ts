import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { scriptedModel } from "../../test/scripted-model.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

const CALL = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>';
const TEMPLATE =
  "{{ tools | length if tools else 0 }}{% for m in messages %}{{ m.content }}{{ m.tool_calls[0].function.name if m.tool_calls }}{{ m.tool_call_id | length if m.tool_call_id }}\n{% endfor %}{{ '=' if messages[-1].role == 'tool' else '>' }}{# <tool_call> #}";
const TOOLS = [
  { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } },
];
const weather = 'weather({"city":"Rome"})\n';

let folder = "";
let plain = "";
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await scriptedModel({
    template: TEMPLATE,
    tokens: [CALL, "</s>"],
    next: { ">": CALL, "=": "Y", Y: "e", e: "s" },
  });
  plain = await tinyModel();
  writeFileSync(file("tools.json"), JSON.stringify(TOOLS));
  writeFileSync(file("text.json"), "{");
  writeFileSync(file("nameless.json"), '[{"type": "function"}]');
  writeFileSync(file("twice.json"), JSON.stringify([...TOOLS, ...TOOLS]));
});
afterAll(() => {
  for (const each of [folder, plain]) rmSync(each, { recursive: true });
});

async function engine(args: string[], input = "") {
  const io = fakeIo({ input });
  const code = await runCli([...args, "--greedy", "--max-tokens", "20", "--backend", "reference"], io);
  return { code, out: io.out(), err: io.err() };
}
const run = (...flags: string[]) => engine(["run", folder, "Hi", ...flags]);
const withTools = () => ["--tools", file("tools.json")];

describe("run", () => {
  it("prints a call readably, and apart in --json", async () => {
    expect(await run(...withTools())).toEqual({ code: 0, out: weather, err: "" });
    const report = JSON.parse((await run(...withTools(), "--json")).out);
    expect(report).toMatchObject({ text: "", finishReason: "stop" });
    expect(report.toolCalls).toEqual([
      { id: expect.stringMatching(/^\w{9}$/), name: "weather", arguments: { city: "Rome" } },
    ]);
    // The template is told of the tools: "1Hi\n>".
    expect(report.usage.promptTokens).toBe(5);
  });

  it("without tools a call is text", async () => {
    expect((await run()).out).toBe(CALL);
  });

  it.each([
    ["none.json", "no such file"],
    ["text.json", "is no JSON"],
    ["nameless.json", "tool 1 has no name"],
    ["twice.json", 'two tools are called "weather"'],
  ])("refuses %s", async (name, why) => {
    const { code, out, err } = await run("--tools", file(name));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(why);
  });

  it("refuses tools where no template is used", async () => {
    expect(await run(...withTools(), "--raw")).toMatchObject({ code: 2, out: "" });
    const { code, err } = await engine(["run", plain, "Hi", ...withTools()]);
    expect([code, err]).toEqual([1, expect.stringContaining("--tools needs a chat template")]);
  });
});

describe("chat", () => {
  const chat = (input: string, ...flags: string[]) => engine(["chat", folder, ...flags], input);

  it("asks for the result of a call and goes on with it", async () => {
    const { code, out, err } = await chat("Hi\nsunny\nAnd?\ncold\n", ...withTools());
    expect({ code, out, err }).toEqual({ code: 0, out: `${weather}Yes\n${weather}Yes\n`, err: "" });
  });

  it("leaves where no result comes", async () => {
    expect(await chat("Hi\n", ...withTools())).toEqual({ code: 0, out: weather, err: "" });
  });

  it("needs a template", async () => {
    const { code, err } = await engine(["chat", plain, ...withTools()], "Hi\n");
    expect([code, err]).toEqual([1, expect.stringContaining("needs a chat template")]);
  });
});
