import { join } from "node:path";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { describe, expect, test } from "vitest";
import { folderOf, TINY_CONFIG, tinyFolder } from "../test/tiny-folder.ts";
import { AutoModel, importBackend, importPlugin, listPlugins, Registry } from "./index.ts";

/** A module that is Llama under another name. */
const plugin = (name: string, change = ""): string =>
  `const llama = globalThis.enginePluginsLlama;
   globalThis.enginePluginsRun = [...(globalThis.enginePluginsRun ?? []), "${name}"];
   export const ${name} = { ...llama, name: "${name}", modelTypes: ["${name}"], classes: ["${name}Model"], ${change} };
   export const version = "1";`;
Object.assign(globalThis, { enginePluginsLlama: llama });
/** Plugins whose code has run since the last call. */
const run = (): string[] => (globalThis as { enginePluginsRun?: string[] }).enginePluginsRun?.splice(0) ?? [];
const entry = (name: string) => ({ modelTypes: [name], export: name });
const pack = (engine: unknown, more: object = {}) => ({
  version: "1.2.3",
  type: "module",
  exports: { types: "./x.d.ts", import: "./x.js" },
  engine,
  ...more,
});

/** An application with these packages in node_modules. */
async function application(packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const files: Record<string, unknown> = {
    "package.json": { dependencies: Object.fromEntries(Object.keys(packages).map((name) => [name, "*"])) },
    "src/deep/file.txt": "x",
  };
  for (const [name, contents] of Object.entries(packages)) {
    for (const [file, value] of Object.entries(contents)) files[`node_modules/${name}/${file}`] = value;
  }
  return folderOf(files);
}

describe("listing", () => {
  test("dependencies with an engine field, found from a folder below; no code runs", async () => {
    await using app = await application({
      "@me/olmo": {
        "package.json": pack({
          api: 1,
          architectures: { olmo: entry("olmo") },
          backends: { npu: { export: "npu" } },
        }),
        "x.js": plugin("olmo"),
      },
      plain: { "package.json": { version: "1.0.0" } },
      old: { "package.json": { engine: { node: ">=0.6" } } },
      older: { "package.json": { engine: ["node"] } },
    });
    const { application: file, plugins, notes } = await listPlugins(join(app.path, "src/deep"));
    expect(file).toBe(join(app.path, "package.json"));
    expect(notes).toEqual([]);
    expect(plugins).toEqual([
      {
        package: "@me/olmo",
        version: "1.2.3",
        folder: join(app.path, "node_modules/@me/olmo"),
        api: 1,
        architectures: [{ name: "olmo", modelTypes: ["olmo"], classes: [], gguf: [], export: "olmo" }],
        backends: [{ name: "npu", export: "npu" }],
      },
    ]);
    expect(run()).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["no level", { api: "1" }, '"engine.api" must be a whole number'],
    ["a list", { api: 1, architectures: [] }, '"engine.architectures" must be an object'],
    [
      "no types",
      { api: 1, architectures: { a: { export: "a" } } },
      '"engine.architectures.a.modelTypes" must be a list',
    ],
    [
      "no export",
      { api: 1, architectures: { a: { modelTypes: [] } } },
      '"engine.architectures.a.export" must be a text',
    ],
    ["a text", { api: 1, backends: { b: "b" } }, '"engine.backends.b" must be an object'],
  ])("a malformed field is a note: %s", async (_, engine, message) => {
    await using app = await application({ bad: { "package.json": pack(engine) } });
    const { plugins, notes } = await listPlugins(app.path);
    expect(plugins).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(message);
    expect(notes[0]).toContain(join("node_modules", "bad", "package.json"));
  });

  test("broken JSON is a note, a missing package is none, odd names are not followed", async () => {
    await using app = await folderOf({
      "package.json": { dependencies: { broken: "*", gone: "*", "../../evil": "*" }, devDependencies: 3 },
      "node_modules/broken/package.json": "{ oh",
    });
    const { plugins, notes } = await listPlugins(app.path);
    expect(plugins).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("not valid JSON");
  });
});

describe("loading by discovery", () => {
  const config = (type: string) => ({
    "config.json": { ...TINY_CONFIG, model_type: type, architectures: [] },
  });

  test("imports only the package the config asks for", async () => {
    await using app = await application({
      one: { "package.json": pack({ api: 1, architectures: { one: entry("one") } }), "x.js": plugin("one") },
      two: { "package.json": pack({ api: 1, architectures: { two: entry("two") } }), "x.js": plugin("two") },
      next: { "package.json": pack({ api: 9, architectures: { nine: entry("nine") } }), "x.js": "throw 1" },
    });
    const plugins = await listPlugins(app.path);
    const registry = new Registry();
    await using folder = await tinyFolder(config("two"));
    await using model = await AutoModel.load(folder.path, { registry, backend: reference, plugins });
    expect(model.architecture).toBe("two");
    expect((await model.generate([1, 2], { maxTokens: 2 }).result).tokens).toHaveLength(2);
    expect(run()).toEqual(["two"]);
    expect(registry.architectures).toEqual([]);

    await using nine = await tinyFolder(config("nine"));
    await expect(AutoModel.load(nine.path, { backend: reference, plugins })).rejects.toThrow(
      'next: architecture "nine" is made for api level 9, but this engine has level 1',
    );
    await using none = await tinyFolder(config("none"));
    await expect(AutoModel.load(none.path, { backend: reference, plugins })).rejects.toMatchObject({
      code: "unknown-architecture",
    });
  });

  test("by class, where the config has no model_type", async () => {
    const field = {
      api: 1,
      architectures: { cls: { modelTypes: ["cls"], classes: ["clsModel"], export: "cls" } },
    };
    await using app = await application({ cls: { "package.json": pack(field), "x.js": plugin("cls") } });
    await using folder = await tinyFolder({
      "config.json": { ...TINY_CONFIG, model_type: null, architectures: ["clsModel"] },
    });
    const plugins = await listPlugins(app.path);
    await using model = await AutoModel.load(folder.path, { backend: reference, plugins });
    expect(model.architecture).toBe("cls");
  });

  test("two packages for one type are told apart by the user", async () => {
    const same = { api: 1, architectures: { twin: entry("twin") } };
    await using app = await application({
      a: { "package.json": pack(same) },
      b: { "package.json": pack(same) },
    });
    await using folder = await tinyFolder(config("twin"));
    await expect(
      AutoModel.load(folder.path, { backend: reference, plugins: await listPlugins(app.path) }),
    ).rejects.toThrow('both a ("twin") and b ("twin") read it');
  });

  test.each<[string, string, object, string]>([
    [
      "another export",
      "export const wrong = 1;",
      {},
      'says that "odd" is architecture "odd", but it exports wrong',
    ],
    ["code that throws", "throw new Error('at once');", {}, "cannot be loaded: at once"],
    [
      "another type",
      plugin("odd", 'modelTypes: ["even"], classes: []'),
      {},
      "the architecture it exports reads even",
    ],
    ["no entry", "", { exports: { "./sub": "./x.js" } }, "exports nothing that can be imported"],
    ["a way out", "", { exports: "./../../x.js" }, "exports nothing that can be imported"],
  ])("a package that does not keep its word: %s", async (_, code, more, message) => {
    const field = { api: 1, architectures: { odd: entry("odd") } };
    await using app = await application({ odd: { "package.json": pack(field, more), "x.js": code } });
    await using folder = await tinyFolder(config("odd"));
    await expect(
      AutoModel.load(folder.path, { backend: reference, plugins: await listPlugins(app.path) }),
    ).rejects.toMatchObject({ code: "bad-plugin", message: expect.stringContaining(message) });
  });

  test.each([
    { exports: "./x.js" },
    { exports: { ".": { require: "./y.cjs", node: { import: "./x.js" } } } },
    { exports: { ".": [{ browser: "./y.js" }, "./x.js"] } },
    { exports: undefined, main: "x.js" },
  ])("entries are found as Node finds them: %j", async (more) => {
    const field = { api: 1, backends: { b: { export: "b" } } };
    const code =
      "export const b = { api: 1, name: 'b', unavailable: () => 'no', open: async () => { throw 1; } };";
    await using app = await application({ b: { "package.json": pack(field, more), "x.js": code } });
    const { plugins } = await listPlugins(app.path);
    expect((await importBackend(plugins[0]!, "b")).unavailable()).toBe("no");
    await expect(importBackend(plugins[0]!, "c")).rejects.toThrow('offers no backend "c"');
  });
});

describe("a plugin from a file", () => {
  test("gives what it exports", async () => {
    await using folder = await folderOf({ "mine.js": plugin("mine"), "package.json": { type: "module" } });
    const { architectures, backends } = await importPlugin(join(folder.path, "mine.js"));
    expect(architectures.map(({ name }) => name)).toEqual(["mine"]);
    expect(backends).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["nothing", "export const a = 1;", "exports no architecture and no backend, only a"],
    [
      "another level",
      "export const a = { api: 7, name: 'a', modelTypes: [] };",
      '"a" is made for api level 7',
    ],
    [
      "half of one",
      "export const a = { api: 1, name: 'a', forward() {} };",
      "modelTypes must be a list of texts; parse",
    ],
    ["no code", "export const = ;", "cannot be loaded"],
  ])("%s is refused", async (_, code, message) => {
    await using folder = await folderOf({ "bad.js": code, "package.json": { type: "module" } });
    await expect(importPlugin(join(folder.path, "bad.js"))).rejects.toMatchObject({
      code: "bad-plugin",
      message: expect.stringContaining(message),
    });
  });

  test("a file that is not there", async () => {
    await expect(importPlugin("/nowhere/plugin.js")).rejects.toMatchObject({ code: "bad-plugin" });
  });
});
