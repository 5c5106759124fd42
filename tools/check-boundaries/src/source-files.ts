import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const SOURCE = /\.[cm]?[jt]sx?$/;
const TEST = /\.(test|bench)\.[cm]?[jt]sx?$/;
const NOT_OURS = new Set(["node_modules", "dist", "build", "fixtures", "model", ".turbo"]);

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** Tests and benches: not published, and free to use devDependencies. */
  readonly test: boolean;
}

/** The TypeScript and JavaScript under src/ and test/ of a package. */
export function sourceFiles(root: string, folder: string): SourceFile[] {
  return [...walk(root, `${folder}/src`), ...walk(root, `${folder}/test`)]
    .filter((path) => SOURCE.test(path))
    .map((path) => ({ path, test: TEST.test(path) || path.startsWith(`${folder}/test/`) }));
}

/** Everything else a package's build may be written in: configurations, scripts, CMake files. */
export function buildFiles(root: string, folder: string): string[] {
  return walk(root, folder).filter(
    (path) =>
      !path.startsWith(`${folder}/src/`) &&
      (SOURCE.test(path) || path.endsWith("CMakeLists.txt") || path.endsWith(".cmake")),
  );
}

function walk(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}
