import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AutoModel, listPlugins, Registry } from "@engine/auto";
import { reference } from "@engine/backend-reference";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";

const here = fileURLToPath(new URL("..", import.meta.url));
const fixture = join(here, "fixtures/olmo2");
const golden = JSON.parse(readFileSync(join(fixture, "golden.json"), "utf8"));
let application: string;

/** An application with the package installed: bundled with its own copy of the engine's core, the hardest case. */
beforeAll(async () => {
  application = mkdtempSync(join(tmpdir(), "olmo2-application-"));
  const installed = join(application, "node_modules/engine-arch-olmo2");
  mkdirSync(installed, { recursive: true });
  cpSync(join(here, "package.json"), join(installed, "package.json"));
  const manifest = { name: "application", dependencies: { "engine-arch-olmo2": "1.0.0" } };
  writeFileSync(join(application, "package.json"), JSON.stringify(manifest));
  await build({
    config: false,
    silent: true,
    entry: [join(here, "src/index.ts")],
    outDir: join(installed, "dist"),
    format: "esm",
    noExternal: [/./],
    esbuildOptions(options) {
      options.conditions = ["@engine/source"];
    },
  });
});

afterAll(() => rmSync(application, { recursive: true, force: true }));

test("is found by its package.json, loaded when a config asks for it, and writes the golden's text", async () => {
  const plugins = await listPlugins(application);
  expect(plugins.notes).toEqual([]);
  expect(plugins.plugins.map((plugin) => [plugin.package, plugin.architectures[0]?.name])).toEqual([
    ["engine-arch-olmo2", "olmo2"],
  ]);
  await using model = await AutoModel.load(fixture, {
    registry: new Registry(),
    plugins,
    backend: reference,
  });
  expect(model.architecture).toBe("olmo2");
  const generation = model.generate(golden.prompt_ids, {
    maxTokens: golden.greedy_tokens.length,
    temperature: 0,
  });
  expect((await generation.result).tokens).toEqual(golden.greedy_tokens);
});

test("without the package the engine says what is missing", async () => {
  const load = AutoModel.load(fixture, { registry: new Registry(), backend: reference });
  await expect(load).rejects.toMatchObject({
    code: "unknown-architecture",
    message: expect.stringContaining("olmo2"),
  });
});
