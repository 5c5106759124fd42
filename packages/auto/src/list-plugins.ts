import { dirname, join, resolve } from "node:path";
import { EngineError } from "@engine/core";
import { type JsonObject, readJsonObject } from "@engine/loader";
import { type PluginManifest, readManifest } from "./plugin-manifest.ts";

/** A dependency whose package.json has an "engine" field. */
export interface FoundPlugin extends PluginManifest {
  readonly package: string;
  readonly version: string;
  readonly folder: string;
}

export interface PluginList {
  /** The application's package.json, when there is one. */
  readonly application?: string;
  readonly plugins: readonly FoundPlugin[];
  /** What could not be read, for the user. */
  readonly notes: readonly string[];
}

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * The plugins among the dependencies of the application that `folder` belongs to (its nearest package.json upwards).
 * Only JSON is read; no package's code runs. A file that cannot be read becomes a note.
 */
export async function listPlugins(folder: string): Promise<PluginList> {
  const notes: string[] = [];
  const application = await nearest(resolve(folder), (at) => join(at, "package.json"), notes);
  if (!application) return { plugins: [], notes };
  const plugins: FoundPlugin[] = [];
  for (const name of dependencies(application.json)) {
    const start = dirname(application.path);
    const found = await nearest(start, (at) => join(at, "node_modules", name, "package.json"), notes);
    if (found?.json.engine === undefined || isNodeField(found.json.engine)) continue;
    try {
      plugins.push({
        package: name,
        version: typeof found.json.version === "string" ? found.json.version : "0.0.0",
        folder: dirname(found.path),
        ...readManifest(found.json.engine),
      });
    } catch (error) {
      notes.push(`${found.path}: ${(error as Error).message}. The package is left out.`);
    }
  }
  return { application: application.path, plugins, notes };
}

/** Packages of long ago wrote there what version of Node they run on. */
function isNodeField(engine: unknown): boolean {
  if (typeof engine !== "object" || engine === null || Array.isArray(engine)) return true;
  return "node" in engine && !("api" in engine);
}

function dependencies(json: JsonObject): readonly string[] {
  const lists = ["dependencies", "optionalDependencies", "devDependencies"].map((key) => json[key]);
  const names = lists.flatMap((list) => (typeof list === "object" && list !== null ? Object.keys(list) : []));
  return [...new Set(names)].filter((name) => PACKAGE_NAME.test(name)).toSorted();
}

/** The first JSON file found from a folder upwards. One that is broken ends the search with a note. */
async function nearest(
  folder: string,
  file: (folder: string) => string,
  notes: string[],
): Promise<{ readonly path: string; readonly json: JsonObject } | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const path = file(at);
    try {
      return { path, json: await readJsonObject(path, { code: "bad-config", duplicateKeys: "keep-last" }) };
    } catch (error) {
      if (!EngineError.isInstance(error)) throw error;
      if (error.code !== "missing-file") {
        notes.push(error.message);
        return undefined;
      }
    }
    if (dirname(at) === at) return undefined;
  }
}
