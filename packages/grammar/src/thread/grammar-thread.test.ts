import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EngineError } from "@engine/core";
import { load, type Model } from "@engine/engine";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGrammars } from "../index.ts";
import { grammarThread } from "./grammar-thread.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const DEMO = join(PACKAGE, "../model-demo/model");

let model: Model;
let folder: string;
let program: URL;
beforeAll(async () => {
  model = await load(DEMO, { context: 256 });
  // Built as the package is, where its dependencies are found.
  folder = mkdtempSync(join(PACKAGE, "node_modules", "thread-"));
  const outfile = join(folder, "grammar-thread.js");
  const entry = join(PACKAGE, "src/thread/program.ts");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  program = pathToFileURL(outfile);
});
afterAll(async () => {
  await model?.dispose();
  if (folder) rmSync(folder, { recursive: true });
});

const schema = {
  type: "object",
  properties: { hero: { enum: ["Pip", "Luna"] }, age: { type: "integer", minimum: 1, maximum: 9 } },
  required: ["hero", "age"],
};

test("a worker holds several answers at once as this thread would", async () => {
  const answers = async (thread: () => ReturnType<typeof grammarThread>): Promise<string[]> => {
    const grammars = await createGrammars(model, { thread });
    const all = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => {
        const constraint = await (seed % 2 ? grammars.json(schema) : grammars.choice(["a cat", "a dog"]));
        return model.generate("Once", { constraint, seed, temperature: 1, maxTokens: 60 }).result;
      }),
    );
    await expect(grammars.json({ type: "nonsense" })).rejects.toMatchObject({ code: "bad-option" });
    grammars.dispose();
    return all.map(({ text }) => text);
  };
  const apart = await answers(() => grammarThread(program));
  expect(apart).toEqual(await answers(() => grammarThread()));
  for (const text of [apart[0]!, apart[2]!]) {
    const { hero, age } = JSON.parse(text);
    expect(["Pip", "Luna"]).toContain(hero);
    expect(age >= 1 && age <= 9).toBe(true);
  }
});

test("a form without an end is refused after a time; answers under way go on, later ones too", async () => {
  let threads = 0;
  const thread = () => grammarThread(program, { longestMs: ++threads === 1 ? 4000 : 30_000 });
  const grammars = await createGrammars(model, { thread });
  const options = { seed: 1, temperature: 1, maxTokens: 60 };
  const alone = await model.generate("Once", { ...options, constraint: await grammars.json(schema) }).result;
  const generation = model.generate("Once", { ...options, constraint: await grammars.json(schema) });
  let text = "";
  let endless: Promise<unknown> | undefined;
  for await (const piece of generation) {
    text += piece.text;
    endless ??= expect(
      grammars.json({ type: "string", pattern: "((a{1,200}){1,200}){1,200}" }),
    ).rejects.toMatchObject({ code: "bad-option", message: expect.stringContaining("takes longer than 4") });
  }
  await endless;
  expect(text).toBe(alone.text);
  expect(threads).toBe(2);
  const later = await model.generate("Once", { ...options, constraint: await grammars.json(schema) }).result;
  expect(later.text).toBe(alone.text);
  grammars.dispose();
});

test("a program that breaks is replaced, under an answer and between two", async () => {
  const broken = new EngineError("out-of-memory", "The program that follows grammars broke.");
  let made = 0;
  const thread = () => {
    const inner = grammarThread();
    let left = [6, 9, 1000][made++]!;
    return {
      ask: (question: Parameters<typeof inner.ask>[0]) =>
        question.ask === "tokens" || left-- > 0 ? inner.ask(question) : Promise.reject(broken),
      get ended() {
        return left < 0;
      },
      end: inner.end,
    };
  };
  const grammars = await createGrammars(model, { thread });
  const texts: string[] = [];
  for (let i = 0; i < 3; i++) {
    const options = { seed: 1, temperature: 1, maxTokens: 60, constraint: await grammars.json(schema) };
    texts.push((await model.generate("Once", options).result).text);
  }
  expect(made).toBe(3);
  expect(new Set(texts).size).toBe(1);
  expect(["Pip", "Luna"]).toContain(JSON.parse(texts[0]!).hero);
  grammars.dispose();
});

test("a worker that is gone fails who waits for it, and who asks later", async () => {
  const thread = grammarThread(program);
  const waiting = thread.ask({ ask: "begin", type: "raw", vocab: 3, stopTokens: [2] });
  thread.end();
  await expect(waiting).rejects.toThrow("The thread that follows grammars ended");
  await sleep(0);
  await expect(thread.ask({ ask: "end", match: 1 })).rejects.toMatchObject({ code: "out-of-memory" });
});

test("a program that is not there is told, and nobody waits for ever", async () => {
  const thread = grammarThread(new URL("./absent.js", program));
  await expect(thread.ask({ ask: "end", match: 1 })).rejects.toThrow("absent.js");
});
