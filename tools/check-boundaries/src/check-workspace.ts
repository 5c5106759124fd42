import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkFile } from "./check-file.ts";
import { findCycle } from "./cycle.ts";
import { fileCircles } from "./file-circles.ts";
import { fits } from "./pattern.ts";
import { IMPORT_RULES } from "./rules.ts";
import { importsOf, packageOf } from "./scan.ts";
import { buildFiles, type SourceFile, sourceFiles } from "./source-files.ts";
import { findPackages, rootDevDependencies, type WorkspacePackage } from "./workspace.ts";

export interface Report {
  readonly packages: number;
  readonly files: number;
  /** One text each, beginning with the file at fault. */
  readonly problems: readonly string[];
}

/** Checks every package of the workspace at `root` against the rules. */
export function checkWorkspace(root: string): Report {
  const packages = findPackages(root);
  const shared = rootDevDependencies(root);
  const problems: string[] = [];
  let count = 0;
  for (const owner of packages) {
    const files = sourceFiles(root, owner.folder);
    count += files.length;
    if (!IMPORT_RULES.some(({ folder }) => fits(folder, owner.folder))) {
      problems.push(`${owner.folder}: has no rule; add one to tools/check-boundaries/src/rules.ts.`);
    }
    for (const file of files) problems.push(...checkFile({ root, owner, file, packages, shared }));
    problems.push(...fileCircles(root, owner.folder, files));
    // A package whose sources are still to come imports nothing yet.
    if (files.length > 0) problems.push(...unused(root, owner, files));
  }
  const needs = ({ dependencies, optionalDependencies, devDependencies }: WorkspacePackage) => [
    ...dependencies,
    ...optionalDependencies,
    ...devDependencies,
  ];
  const cycle = findCycle(new Map(packages.map((one) => [one.name, needs(one)])));
  if (cycle) {
    problems.push(
      `package.json: ${cycle.join(" → ")} depend on each other, devDependencies included; ` +
        "move the test that closes the circle to the last package that it needs.",
    );
  }
  return { packages: packages.length, files: count, problems };
}

function unused(root: string, owner: WorkspacePackage, files: readonly SourceFile[]): string[] {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const importedBy = (some: readonly SourceFile[]): ReadonlySet<string> =>
    new Set(some.flatMap(({ path }) => importsOf(read(path)).map(({ text }) => packageOf(text))));
  const sources = importedBy(files.filter(({ test }) => !test));
  const tests = importedBy(files.filter(({ test }) => test));
  const build = [owner.scripts, ...buildFiles(root, owner.folder).map(read)].join("\n");
  const problems: string[] = [];
  for (const name of [...owner.dependencies, ...owner.devDependencies]) {
    if (name.startsWith("@types/") || sources.has(name) || build.includes(name)) continue;
    if (!tests.has(name)) problems.push(`declares ${name}, which nothing in the package uses; remove it.`);
    else if (owner.dependencies.has(name)) {
      problems.push(`declares ${name} in dependencies, but only tests use it; move it to devDependencies.`);
    }
  }
  return problems.map((problem) => `${owner.folder}/package.json: ${problem}`);
}
