import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkWorkspace } from "./check-workspace.ts";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "boundaries-"));
  write("package.json", JSON.stringify({ devDependencies: { vitest: "1.0.0" } }));
  addPackage("packages/core", "@engine/core");
  write("packages/core/src/index.ts", "export const one = 1;\n");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function addPackage(folder: string, name: string, sections: Record<string, unknown> = {}): void {
  write(`${folder}/package.json`, JSON.stringify({ name, ...sections }));
}

const workspace = (...names: string[]) => Object.fromEntries(names.map((name) => [name, "workspace:*"]));

function problems(): readonly string[] {
  return checkWorkspace(root).problems;
}

it("accepts a family that imports core and nn, types too", () => {
  addPackage("packages/nn", "@engine/nn", { dependencies: workspace("@engine/core") });
  write("packages/nn/src/index.ts", 'export { one } from "@engine/core";\n');
  addPackage("packages/arch-a", "@engine/arch-a", { dependencies: workspace("@engine/core", "@engine/nn") });
  write(
    "packages/arch-a/src/index.ts",
    'import type { T } from "@engine/core";\nimport { one } from "@engine/nn";\nexport const two: T = one;\n',
  );
  expect(checkWorkspace(root)).toEqual({ packages: 3, files: 3, problems: [] });
});

it("refuses an import the rule of the folder does not allow, naming line, import, allowance and reason", () => {
  addPackage("packages/runtime", "@engine/runtime");
  write("packages/runtime/src/index.ts", "export {};\n");
  addPackage("packages/arch-a", "@engine/arch-a", { dependencies: workspace("@engine/runtime") });
  write(
    "packages/arch-a/src/a.ts",
    '\n\nimport { Session } from "@engine/runtime";\nexport default Session;\n',
  );
  const [problem, ...rest] = problems();
  expect(rest).toEqual([]);
  expect(problem).toContain('packages/arch-a/src/a.ts:3: imports "@engine/runtime"');
  expect(problem).toContain("packages/arch-a may import @engine/core, @engine/nn, because");
});

it.each([
  ["packages/core", "@engine/nn"],
  ["packages/arch-a", "@engine/arch-b"],
  ["packages/backend-a", "@engine/nn"],
  ["packages/backend-a", "@engine/runtime"],
  ["packages/compiler", "@engine/backend-a"],
  ["apps/cli", "@engine/arch-a"],
  ["apps/cli", "@engine/backend-a"],
])("refuses that %s imports %s, as a type, a value, a re-export or later", (folder, target) => {
  addPackage(folder, `@engine/${folder}`, { dependencies: workspace(target) });
  write(`${folder}/src/index.ts`, "export {};\n");
  write(`${folder}/src/type.ts`, `import type { T } from "${target}";\nexport type U = T;\n`);
  write(`${folder}/src/value.ts`, `import { t } from "${target}";\nexport const u = t;\n`);
  write(`${folder}/src/again.ts`, `export * from "${target}";\n`);
  write(`${folder}/src/later.ts`, `export const u = () => import("${target}");\n`);
  expect(problems().map((problem) => problem.split(":")[0])).toEqual(
    ["again", "later", "type", "value"].map((name) => `${folder}/src/${name}.ts`),
  );
});

it("refuses to import an app or a tool, unless the rule names it", () => {
  addPackage("apps/cli", "@engine/cli", { dependencies: workspace("@engine/server") });
  write("apps/cli/src/main.ts", 'import "@engine/server";\n');
  addPackage("apps/server", "@engine/server");
  addPackage("tools/a", "@engine/a", { dependencies: workspace("@engine/cli") });
  write("tools/a/src/main.ts", 'import "@engine/cli";\n');
  expect(problems()).toHaveLength(1);
  expect(problems()[0]).toContain('tools/a/src/main.ts:1: imports "@engine/cli": apps/cli is a product');
});

it("lets a package whose build carries its imports declare them as devDependencies", () => {
  addPackage("apps/web", "@engine/web", { devDependencies: { preact: "1.0.0" } });
  write("apps/web/src/main.ts", 'import "preact";\nimport "right-pad";\n');
  expect(problems()).toHaveLength(1);
  expect(problems()[0]).toContain('apps/web/src/main.ts:2: imports "right-pad"');
});

it("refuses Node's modules where code runs in browsers, with and without the prefix", () => {
  write(
    "packages/core/src/a.ts",
    'import { cpus } from "node:os";\nimport path from "path";\nexport { cpus, path };\n',
  );
  expect(problems()).toHaveLength(2);
  expect(problems()[0]).toContain('packages/core/src/a.ts:1: imports "node:os": refused here because');
});

it("lets the loader open files, and an addon's finder, but not the rest of a backend", () => {
  const open = 'import { openSync } from "node:fs";\nexport { openSync };\n';
  addPackage("packages/loader", "@engine/loader");
  write("packages/loader/src/a.ts", open);
  addPackage("packages/backend-a", "@engine/backend-a");
  write("packages/backend-a/src/load-native.ts", open);
  write("packages/backend-a/src/device.ts", open);
  write("packages/backend-a/src/device.test.ts", open);
  expect(problems().map((problem) => problem.split(":")[0])).toEqual(["packages/backend-a/src/device.ts"]);
});

it("refuses a relative import that leaves its package", () => {
  addPackage("packages/nn", "@engine/nn");
  write("packages/nn/src/a.ts", 'export { one } from "../../core/src/index.ts";\n');
  write("packages/nn/src/b/c.ts", 'export { one } from "../a.ts";\n');
  expect(problems()).toHaveLength(1);
  expect(problems()[0]).toContain("may not leave packages/nn");
});

it("refuses an import that package.json does not declare", () => {
  addPackage("packages/nn", "@engine/nn");
  write("packages/nn/src/a.ts", 'export { one } from "@engine/core";\n');
  expect(problems()[0]).toContain("@engine/core is not declared in packages/nn/package.json");
});

it("keeps devDependencies to tests, which may also use the root's", () => {
  addPackage("packages/nn", "@engine/nn", { devDependencies: { "left-pad": "1.0.0" } });
  write("packages/nn/src/a.ts", 'export { pad } from "left-pad";\n');
  write("packages/nn/src/a.test.ts", 'import "left-pad";\nimport "vitest";\n');
  write("packages/nn/test/b.ts", 'import "left-pad";\nimport "right-pad";\n');
  const found = problems();
  expect(found).toHaveLength(2);
  expect(found[0]).toContain(
    'packages/nn/src/a.ts:1: imports "left-pad": left-pad is only in devDependencies',
  );
  expect(found[1]).toContain('packages/nn/test/b.ts:2: imports "right-pad"');
});

it("refuses a dependency that nothing uses, counting scripts and CMake files as use", () => {
  addPackage("packages/backend-a", "@engine/backend-a", {
    scripts: { build: "cmake-js compile" },
    dependencies: { "left-pad": "1.0.0", "node-addon-api": "1.0.0" },
    devDependencies: { "cmake-js": "1.0.0" },
  });
  write("packages/backend-a/CMakeLists.txt", "# node-addon-api\n");
  write("packages/backend-a/src/index.ts", "export {};\n");
  expect(problems()).toEqual([
    "packages/backend-a/package.json: declares left-pad, which nothing in the package uses; remove it.",
  ]);
});

it("sends a dependency that only tests use to devDependencies", () => {
  addPackage("packages/nn", "@engine/nn", { dependencies: { "left-pad": "1.0.0" } });
  write("packages/nn/src/a.test.ts", 'import "left-pad";\n');
  expect(problems()).toEqual([
    "packages/nn/package.json: declares left-pad in dependencies, but only tests use it; move it to devDependencies.",
  ]);
});

it("refuses packages that depend on each other, through devDependencies too", () => {
  addPackage("packages/nn", "@engine/nn", { dependencies: workspace("@engine/core") });
  addPackage("packages/core", "@engine/core", { devDependencies: workspace("@engine/nn") });
  write("packages/core/src/a.test.ts", 'import "@engine/nn";\n');
  expect(problems()[0]).toContain("@engine/core → @engine/nn → @engine/core depend on each other");
});

it("refuses that core or the compiler names a plugin, but not everyday words or comments", () => {
  addPackage("packages/arch-a", "@engine/arch-zebra");
  addPackage("packages/arch-zebra", "@engine/arch-zebra");
  addPackage("packages/backend-reference", "@engine/backend-reference");
  write(
    "packages/core/src/a.ts",
    '// "zebra"\nexport const b = "reference";\nexport const a = { k: "zebra" };\n',
  );
  expect(problems()).toEqual([
    'packages/core/src/a.ts:3: names the plugin "zebra": core holds no list of plugins.',
  ]);
});

it("asks for a rule where a package has none", () => {
  addPackage("packages/mystery", "@engine/mystery");
  expect(problems()).toEqual([
    "packages/mystery: has no rule; add one to tools/check-boundaries/src/rules.ts.",
  ]);
});

it("refuses files that import each other, types too, but not what a tensor does", () => {
  write("packages/core/src/tensor.ts", 'import "./op.ts";\n');
  write("packages/core/src/op.ts", 'import type { T } from "./tensor.ts";\nexport type U = T;\n');
  expect(problems()).toEqual([]);
  addPackage("packages/nn", "@engine/nn");
  write("packages/nn/src/a.ts", 'export { b } from "./deep/b.ts";\n');
  write("packages/nn/src/deep/b.ts", 'import type { C } from "../c.ts";\nexport const b: C = 1;\n');
  write("packages/nn/src/c.ts", 'import { b } from "./deep/b.ts";\nexport type C = typeof b;\n');
  expect(problems()).toHaveLength(1);
  expect(problems()[0]).toContain(
    "packages/nn/src/deep/b.ts: deep/b.ts → c.ts → deep/b.ts import each other",
  );
});
