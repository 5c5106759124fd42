import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const PARENTS = ["packages", "apps", "tools", "examples"];
const SOURCE = /\.(?:[cm]?[jt]sx?|cc|cpp|h|hpp|slang|wgsl|py|css)$/;
const TEST =
  /\.config\.[cm]?[jt]s$|(?:^|\/)tests?\/|\.(?:test|bench)\.[cm]?[jt]sx?$|(?:^|\/|_)test(?:_\w+)?\.(?:py|cc)$/;
const NOT_OURS = /(?:^|\/)(?:node_modules|dist|build|fixtures|model|vendor|generated|\.turbo|__pycache__)\//;
/** A file says in its first lines that a program wrote it. */
const GENERATED = /@generated/;

export interface MeasuredFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
}

export interface MeasuredPackage {
  /** "packages/core" */
  readonly folder: string;
  readonly files: readonly MeasuredFile[];
}

/** Every source file of every workspace package, tests, vendored and generated files excepted. */
export function measure(root: string): MeasuredPackage[] {
  return PARENTS.filter((parent) => existsSync(join(root, parent))).flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => `${parent}/${name}`)
      .filter((folder) => statSync(join(root, folder)).isDirectory())
      .map((folder) => ({ folder, files: measureFolder(root, folder) })),
  );
}

function measureFolder(root: string, folder: string): MeasuredFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => SOURCE.test(path) && !TEST.test(path) && !NOT_OURS.test(path))
    .sort()
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(root, folder, path), "utf8") }))
    .filter(({ text }) => !GENERATED.test(text.slice(0, 400)))
    .map(({ path, text }) => ({ path, lines: countLines(text) }));
}

function countLines(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
