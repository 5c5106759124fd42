import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { findCycle } from "./cycle.ts";
import { MAY_CLOSE_A_CIRCLE } from "./rules.ts";
import { importsOf } from "./scan.ts";
import type { SourceFile } from "./source-files.ts";

/** A circle of files of one package that import each other, types included. */
export function fileCircles(root: string, folder: string, files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files
      .filter(({ path, test }) => !test && !MAY_CLOSE_A_CIRCLE.some(({ file }) => file === path))
      .map(({ path }) => [path, relativeImports(root, path)] as const),
  );
  const cycle = findCycle(edges);
  if (!cycle) return [];
  const names = cycle.map((path) => posix.relative(`${folder}/src`, path));
  return [
    `${cycle[0]}: ${names.join(" → ")} import each other; give what the first takes from the second a file of its own.`,
  ];
}

function relativeImports(root: string, path: string): string[] {
  return importsOf(readFileSync(join(root, path), "utf8"))
    .filter(({ text }) => text.startsWith("."))
    .map(({ text }) => posix.normalize(posix.join(posix.dirname(path), text)));
}
