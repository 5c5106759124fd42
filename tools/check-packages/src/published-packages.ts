import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PARENTS = ["packages", "apps"];

export interface PublishedPackage {
  readonly name: string;
  /** Relative to the root, with forward slashes. */
  readonly folder: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  /** "library" is imported, "app" is run, "platform" carries one native binary. */
  readonly kind: "library" | "app" | "platform";
}

/** Every package of the workspace that is not private. */
export function publishedPackages(root: string): PublishedPackage[] {
  return PARENTS.filter((parent) => existsSync(join(root, parent))).flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, "package.json")))
      .map((folder) => read(root, folder))
      .filter(({ manifest }) => manifest.private !== true),
  );
}

function read(root: string, folder: string): PublishedPackage {
  const text = readFileSync(join(root, folder, "package.json"), "utf8");
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const kind = folder.startsWith("apps/") ? "app" : manifest.os === undefined ? "library" : "platform";
  return { name: String(manifest.name), folder, manifest, kind };
}
