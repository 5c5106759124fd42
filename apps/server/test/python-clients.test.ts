import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../src/index.ts";
import { demoServer } from "./demo-server.ts";
import { chatFolder } from "./scripted-model.ts";
import { scriptedServer } from "./scripted-server.ts";

/** The Python that has the clients: ENGINE_PYTHON, or the one of the path. */
const python = process.env.ENGINE_PYTHON ?? "python3";
const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const TEXT = "It is sunny in the little town today.";

let actor: RunningServer;
let demo: RunningServer;
let folder: Awaited<ReturnType<typeof chatFolder>>;
let aborted = 0;
beforeAll(async () => {
  actor = await scriptedServer({
    pace: 20,
    onAbort: () => aborted++,
    say: (asked, options) => {
      // So long that it is left before its end, however slow the client.
      if (asked[0]!.content === "Tell me all of it.") return "and then ".repeat(2000);
      return `<think>Hm.</think>${options.tools ? CALL : TEXT}`;
    },
  });
  folder = await chatFolder();
  demo = await demoServer({ models: [{ id: "demo", path: folder.path }] });
});
afterAll(async () => {
  await actor?.close();
  await demo?.close();
  await folder?.[Symbol.asyncDispose]();
});

/** Why a client's test cannot run here, or "". */
function lacking(name: string): string {
  // Found, not loaded: that takes LiteLLM seconds.
  const code = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`;
  return spawnSync(python, ["-c", code], { stdio: "ignore" }).status === 0
    ? ""
    : ` (skipped: ${python} has no ${name}; ENGINE_PYTHON names one that has)`;
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args);
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => (out += piece));
    child.stderr.on("data", (piece: Buffer) => (err += piece));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${code}: ${err.slice(-3000)}`)),
    );
  });
}

for (const name of ["openai", "litellm"]) {
  const reason = lacking(name);
  test.skipIf(reason)(
    `PyPI's ${name}: chat, stream, tools, schema, vectors, errors, leaving${reason}`,
    {
      timeout: 180_000,
    },
    async () => {
      const before = aborted;
      const out = await run([join(import.meta.dirname, "python_clients.py"), name, actor.url, demo.url]);
      // LiteLLM may print lines of its own.
      expect(JSON.parse(out.trim().split("\n").at(-1)!)).toEqual({
        chat: [TEXT, "stop"],
        thought: "Hm.",
        streaming: TEXT,
        tools: ["tool_calls", [["weather", { city: "Oslo" }]]],
        schema: { hero: expect.stringMatching(/^(Pip|Luna)$/) },
        embeddings: [3, true, false, true],
        absent: expect.stringContaining("The model 'no' does not exist here"),
        long: expect.stringContaining("context"),
      });
      await expect.poll(() => aborted).toBe(before + 1);
    },
  );
}
