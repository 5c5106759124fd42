import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where packages live, relative to the root of the workspace. */
const PARENTS = ["packages", "apps", "tools", "examples"];

export interface WorkspacePackage {
  readonly name: string;
  /** Relative to the root, with forward slashes: "packages/core". */
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  readonly optionalDependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** The text of `scripts`, where tools are called by name. */
  readonly scripts: string;
}

/** Every folder of the workspace that has a package.json. */
export function findPackages(root: string): WorkspacePackage[] {
  const found: WorkspacePackage[] = [];
  for (const parent of PARENTS) {
    if (!existsSync(join(root, parent))) continue;
    for (const name of readdirSync(join(root, parent)).sort()) {
      const folder = `${parent}/${name}`;
      if (existsSync(join(root, folder, "package.json"))) found.push(readPackage(root, folder));
    }
  }
  return found;
}

/** Packages that the root declares for all tests and configurations (vitest, tsup, …). */
export function rootDevDependencies(root: string): ReadonlySet<string> {
  return names(readJson(join(root, "package.json")).devDependencies);
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const json = readJson(join(root, folder, "package.json"));
  return {
    name: String(json.name ?? folder),
    folder,
    dependencies: new Set([...names(json.dependencies), ...names(json.peerDependencies)]),
    optionalDependencies: names(json.optionalDependencies),
    devDependencies: names(json.devDependencies),
    scripts: JSON.stringify(json.scripts ?? {}),
  };
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

function names(section: unknown): ReadonlySet<string> {
  return new Set(typeof section === "object" && section !== null ? Object.keys(section) : []);
}
