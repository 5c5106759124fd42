import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

const packages = fileURLToPath(new URL("../../", import.meta.url));
/** Ignored by git. */
const folder = `${packages}conformance/build/readme`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["core", /matmul in "up" \[tokens, 72\]/],
  ["nn", /rope/],
  ["compiler", /nodes,.*bytes for activations/],
  ["backend-reference", /reference/],
  ["arch-llama", /llama/],
])("the example of %s runs as it stands, from the root", async (name, printed) => {
  const readme = readFileSync(`${packages}${name}/README.md`, "utf8");
  const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(readme)!;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${name}.ts`;
  writeFileSync(file, inPlace(code!));
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...parts: unknown[]) => {
    lines.push(
      parts.map((part) => (typeof part === "object" ? JSON.stringify(part) : String(part))).join(" "),
    );
  });
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
  expect(lines.join("\n")).toMatch(printed);
});

/** Packages and folders by their full paths, so that it does not matter where the file lies. */
function inPlace(code: string): string {
  const imports = code.replaceAll(/ from "@engine\/([a-z-]+)"/g, ` from "${packages}$1/src/index.ts"`);
  return imports.replaceAll('"packages/', `"${packages}`);
}
