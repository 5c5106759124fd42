import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const root = join(import.meta.dirname, "../..");
const SOURCES = ["src", "public", "index.html", "vite.config.ts", "package.json"];

/** The page as its sources are now: the built one where nothing is newer, else one built into a folder of its own. */
export async function buildSite(): Promise<{ site: string; remove: () => void }> {
  const built = join(root, "dist/site");
  if (existsSync(join(built, "index.html")) && changed(join(built, "index.html")) > newestSource()) {
    return { site: built, remove: () => undefined };
  }
  const site = mkdtempSync(join(tmpdir(), "engine-web-site-"));
  await build({ root, logLevel: "error", build: { outDir: site, emptyOutDir: true } });
  return { site, remove: () => rmSync(site, { recursive: true, force: true }) };
}

function newestSource(): number {
  const files = SOURCES.flatMap((name) => {
    const path = join(root, name);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((inner) => join(path, inner));
  });
  return Math.max(...files.map(changed));
}

function changed(path: string): number {
  return statSync(path).mtimeMs;
}
