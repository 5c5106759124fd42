import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const rows = readFileSync(join(ROOT, "docs/threats.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));

/** The tests of a file, or of all files of a folder. */
function source(name: string): string {
  const path = [join(ROOT, "apps/server/src"), join(ROOT, "apps/server"), ROOT]
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (path === undefined) return "";
  if (!statSync(path).isDirectory()) return readFileSync(path, "utf8");
  return readdirSync(path)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(path, file), "utf8"))
    .join("\n");
}

test("the list of threats has some, each with what stands against it and a test", () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const cells of rows) expect(cells, cells[0]).toHaveLength(3);
});

test.each(rows)("%s", (_, __, named) => {
  // Files or folders in backquotes, then parts of the titles of tests in each of them.
  const [files, titles = ""] = named!.split("`: ");
  const names = [...`${files}\``.matchAll(/`([\w/.-]+)`/g)].map(([, name]) => name!);
  expect(names).not.toEqual([]);
  for (const name of names) {
    const text = source(name);
    expect(text, name).toMatch(/\b(test|it)(\.each)?\(/);
    for (const title of titles.split("; "))
      expect(text.includes(title), `${name}: a test called "${title}"`).toBe(true);
  }
});
