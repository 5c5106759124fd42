import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkExamples, type Example } from "./example-types.ts";
import { notReexports } from "./index-exports.ts";
import { checkManifest } from "./manifest.ts";
import type { PublishedPackage } from "./published-packages.ts";
import { checkReadme, firstCodeBlock } from "./readme.ts";
import { checkTarball } from "./tarball.ts";

/** The shape of each package's folder, as "file: problem". */
export function checkShape(root: string, packages: readonly PublishedPackage[]): string[] {
  return packages.flatMap((one) => [
    ...checkManifest(one).map((problem) => `${one.folder}/package.json: ${problem}`),
    ...readmeProblems(root, one),
    ...indexProblems(root, one),
  ]);
}

/** The first TypeScript example of each README, type-checked against the sources. */
export function checkReadmeExamples(root: string, packages: readonly PublishedPackage[]): string[] {
  const examples = ["README.md", ...packages.map(({ folder }) => `${folder}/README.md`)].flatMap(
    (path): Example[] => {
      const block = existsSync(join(root, path))
        ? firstCodeBlock(readFileSync(join(root, path), "utf8"))
        : undefined;
      return block && /^(?:ts|typescript)$/.test(block.language) ? [{ ...block, path }] : [];
    },
  );
  const libraries = packages.filter(({ kind }) => kind === "library");
  const sources = Object.fromEntries(libraries.map(({ name, folder }) => [name, `${folder}/src/index.ts`]));
  return examples.length > 0 ? checkExamples(root, examples, sources) : [];
}

/** Each package as npm would get it. Needs `dist/`, so a build comes first. */
export async function checkTarballs(root: string, packages: readonly PublishedPackage[]): Promise<string[]> {
  const into = mkdtempSync(join(tmpdir(), "check-packages-"));
  try {
    const problems: string[] = [];
    for (const one of packages) {
      const found = await checkTarball(root, one, into);
      problems.push(...found.map((problem) => `${one.folder}: ${problem}`));
    }
    return problems;
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

function readmeProblems(root: string, { folder, kind }: PublishedPackage): string[] {
  const path = `${folder}/README.md`;
  if (!existsSync(join(root, path))) return [`${path}: is missing.`];
  if (kind === "platform") return [];
  return checkReadme(readFileSync(join(root, path), "utf8")).map((problem) => `${path}: ${problem}`);
}

function indexProblems(root: string, { folder, kind }: PublishedPackage): string[] {
  if (kind !== "library") return [];
  const path = `${folder}/src/index.ts`;
  if (!existsSync(join(root, path))) return [`${path}: is missing.`];
  return notReexports(readFileSync(join(root, path), "utf8")).map(
    (found) => `${path}:${found}: an index only re-exports; move this to a file of its own.`,
  );
}
