import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkReadmeExamples, checkShape, checkTarballs } from "./check.ts";
import { publishedPackages } from "./published-packages.ts";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "packages-"));
  write("tsconfig.base.json", '{ "compilerOptions": { "strict": true, "module": "NodeNext", "types": [] } }');
  addPackage("packages/good");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function addPackage(folder: string, changes: Record<string, unknown> = {}): void {
  const manifest = {
    name: `@engine/${folder.split("/")[1]}`,
    version: "0.1.0",
    description: "For a test",
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19" },
    files: ["dist", "src"],
    exports: {
      ".": { "@engine/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    },
    ...changes,
  };
  write(`${folder}/package.json`, JSON.stringify(manifest));
  write(
    `${folder}/README.md`,
    `# x\n\n\`\`\`ts\nimport { one } from "@engine/good";\none.toFixed(2);\n\`\`\`\n`,
  );
  write(`${folder}/src/index.ts`, 'export { one } from "./one.ts";\n');
  write(`${folder}/src/one.ts`, "export const one: number = 1;\n");
  write(`${folder}/dist/index.js`, "export const one = 1;\n");
  write(`${folder}/dist/index.d.ts`, "export declare const one: number;\n");
}

const shape = () => checkShape(root, publishedPackages(root));
const examples = () => checkReadmeExamples(root, publishedPackages(root));
const tarballs = () => checkTarballs(root, publishedPackages(root));

it("accepts a package in order, packed as well", async () => {
  expect([...shape(), ...examples(), ...(await tarballs())]).toEqual([]);
});

it("leaves private packages alone", () => {
  addPackage("packages/own", { private: true, license: undefined });
  expect(publishedPackages(root).map(({ folder }) => folder)).toEqual(["packages/good"]);
});

describe("package.json", () => {
  it.each([
    ["license", { license: "MIT" }],
    ["type", { type: undefined }],
    ["engines.node", { engines: {} }],
    ["sideEffects", { sideEffects: undefined }],
    ["files", { files: undefined }],
    ["description", { description: "" }],
    ["scripts.install", { scripts: { install: "node-gyp rebuild" } }],
    ['exports["."]', { exports: { ".": "./dist/index.js" } }],
    ['exports["."]', { exports: { ".": { default: "./dist/index.js", types: "./dist/index.d.ts" } } }],
  ])("must have %s in order", (what, changes) => {
    addPackage("packages/bad", changes);
    const problems = shape();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`packages/bad/package.json: ${what}`);
  });
});

describe("README", () => {
  it.each([
    ["is missing an example", "# x\n\nwords\n", "has no example"],
    ["shows it late", `# x\n${"words\n".repeat(20)}\`\`\`ts\nlet a = 1;\n\`\`\`\n`, "begins at line 23"],
    ["shows a long one", `\`\`\`ts\n${"let a = 1;\n".repeat(30)}\`\`\`\n`, "has 30 lines"],
    ["names no language", "```\nlet a = 1;\n```\n", "names no language"],
  ])("is refused when it %s", (_, text, problem) => {
    write("packages/good/README.md", text);
    expect(shape()).toHaveLength(1);
    expect(shape()[0]).toContain(problem);
  });

  it("is refused when its example does not type-check, with the line in the README", () => {
    write(
      "packages/good/README.md",
      '# x\n\n```ts\nimport { one } from "@engine/good";\none.charAt(2);\n```\n',
    );
    const [problem, ...rest] = examples();
    expect(rest).toEqual([]);
    expect(problem).toContain("packages/good/README.md:5: the example does not type-check");
    expect(problem).toContain("charAt");
  });

  it("may not import what no package exports", () => {
    write(
      "packages/good/README.md",
      '```ts\nimport { two } from "@engine/good";\nimport { three } from "@engine/none";\n```\n',
    );
    expect(examples().map((problem) => problem.split(":")[1])).toEqual(["2", "3"]);
  });
});

it("refuses an index.ts that does more than re-export", () => {
  write(
    "packages/good/src/index.ts",
    'import { one } from "./one.ts";\nexport * from "./one.ts";\nexport const two = one;\n',
  );
  const path = "packages/good/src/index.ts";
  expect(shape().map((problem) => problem.slice(0, path.length + 2))).toEqual([`${path}:1`, `${path}:3`]);
});

describe("the tarball", () => {
  it("is refused when it lacks what exports promises", async () => {
    rmSync(join(root, "packages/good/dist/index.d.ts"));
    const problems = await tarballs();
    expect(problems.some((problem) => problem.startsWith("packages/good: publint:"))).toBe(true);
    expect(problems.some((problem) => problem.startsWith("packages/good: arethetypeswrong:"))).toBe(true);
  });

  it("asks for a build", async () => {
    rmSync(join(root, "packages/good/dist"), { recursive: true });
    expect(await tarballs()).toEqual(["packages/good: is not built; run npx turbo run build first."]);
  });
});
