import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Architecture, type Backend, EngineError } from "@engine/core";
import { readJsonObject } from "@engine/loader";
import { checkArchitecture, checkBackend } from "./check-plugin.ts";
import type { FoundPlugin } from "./list-plugins.ts";
import { packageEntry } from "./package-entry.ts";

/** What a plugin's module exports. */
export interface PluginValues {
  readonly architectures: readonly Architecture[];
  readonly backends: readonly Backend[];
}

/**
 * Imports a plugin from a file, which runs its code: every exported architecture and backend, whatever their export
 * names. Throws `bad-plugin` when the file cannot be loaded, exports neither, or exports an incomplete one.
 */
export async function importPlugin(file: string): Promise<PluginValues> {
  const path = resolve(file);
  const exported = await importFile(path, file);
  const values = Object.values(exported).filter((value) => typeof value === "object" && value !== null);
  const architectures = new Set<Architecture>();
  const backends = new Set<Backend>();
  for (const value of values) {
    if ("forward" in value || "modelTypes" in value) {
      checkArchitecture(value, file);
      architectures.add(value);
    } else if ("open" in value && "unavailable" in value) {
      checkBackend(value, file);
      backends.add(value);
    }
  }
  if (architectures.size + backends.size > 0) {
    return { architectures: [...architectures], backends: [...backends] };
  }
  const names = Object.keys(exported).join(", ") || "nothing";
  throw new EngineError(
    "bad-plugin",
    `${file}: exports no architecture and no backend, only ${names}. Export a constant such as { api: 1, name, modelTypes, parse, forward, context }.`,
  );
}

/** The architecture of that name from a package found by `listPlugins`. Runs the package's code. Throws `bad-plugin`. */
export async function importArchitecture(plugin: FoundPlugin, name: string): Promise<Architecture> {
  const entry = plugin.architectures.find((one) => one.name === name);
  const value = await importExport(plugin, entry?.export, `architecture "${name}"`);
  checkArchitecture(value, plugin.package);
  return value;
}

/** The backend of that name from a package found by `listPlugins`. Runs the package's code. Throws `bad-plugin`. */
export async function importBackend(plugin: FoundPlugin, name: string): Promise<Backend> {
  const entry = plugin.backends.find((one) => one.name === name);
  const value = await importExport(plugin, entry?.export, `backend "${name}"`);
  checkBackend(value, plugin.package);
  return value;
}

async function importExport(plugin: FoundPlugin, name: string | undefined, what: string): Promise<unknown> {
  const manifest = join(plugin.folder, "package.json");
  const fail = (text: string): EngineError => new EngineError("bad-plugin", `${plugin.package}: ${text}`);
  if (name === undefined) throw fail(`its package.json offers no ${what}.`);
  if (plugin.api !== 1) {
    throw fail(
      `${what} is made for api level ${plugin.api}, but this engine has level 1. Install a version of ${plugin.package} that fits.`,
    );
  }
  const json = await readJsonObject(manifest, { code: "bad-config", duplicateKeys: "keep-last" });
  const path = packageEntry(plugin.folder, json);
  if (path === undefined) throw fail(`${manifest} exports nothing that can be imported.`);
  const exported = await importFile(path, plugin.package);
  if (name in exported) return exported[name];
  const names = Object.keys(exported).join(", ") || "nothing";
  throw fail(`its package.json says that "${name}" is ${what}, but it exports ${names}.`);
}

async function importFile(path: string, what: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(/* @vite-ignore */ pathToFileURL(path).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError("bad-plugin", `${what}: ${path} cannot be loaded: ${reason}`, { cause: error });
  }
}
