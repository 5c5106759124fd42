import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../../shared/", import.meta.url);

/** The path of a file or folder of the material kept beside the repository, which not every machine has. */
export function shared(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** Why a test is skipped, or undefined where the material is there. */
export function absent(path: string): string | undefined {
  return existsSync(shared(path)) ? undefined : `no ../shared/${path} beside the repository`;
}

/** A fixture of this package, parsed. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${path}`, import.meta.url), "utf8")) as T;
}

export function fixtureFolder(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}
