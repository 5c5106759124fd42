import type { PublishedPackage } from "./published-packages.ts";

/** What every published package.json says, whatever the package is for. */
const ALWAYS = { type: "module", license: "Apache-2.0" };

/** The entry point of every library: sources for this workspace, types first for everyone else. */
const ENTRY = {
  "@engine/source": "./src/index.ts",
  types: "./dist/index.d.ts",
  default: "./dist/index.js",
};

/** Breaks of the shape that package.json files share. */
export function checkManifest({ manifest, kind }: PublishedPackage): string[] {
  const problems: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    problems.push(`${what} must be ${JSON.stringify(wanted)}, but is ${JSON.stringify(found)}.`);
  };
  for (const [key, wanted] of Object.entries(ALWAYS)) {
    if (kind !== "platform" || key !== "type") expect(key, manifest[key], wanted);
  }
  expect("engines.node", section(manifest.engines).node, ">=20.19");
  for (const key of ["version", "description"]) {
    if (!manifest[key]) problems.push(`${key} is missing.`);
  }
  if (!Array.isArray(manifest.files)) problems.push('files is missing; list what is published ("dist", …).');
  for (const script of ["preinstall", "install", "postinstall"]) {
    if (section(manifest.scripts)[script] !== undefined) {
      problems.push(`scripts.${script}: nothing runs at install; native parts come as platform packages.`);
    }
  }
  if (kind === "library") {
    expect("sideEffects", manifest.sideEffects, false);
    expect('exports["."]', section(manifest.exports)["."], ENTRY);
  }
  return problems;
}

function section(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
