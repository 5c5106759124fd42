import type { JsonObject } from "@engine/loader";

/** One architecture a package offers. */
export interface ArchitectureEntry {
  readonly name: string;
  readonly modelTypes: readonly string[];
  readonly classes: readonly string[];
  /** Values of a GGUF file's `general.architecture`. */
  readonly gguf: readonly string[];
  /** Name of the package's export that holds it. */
  readonly export: string;
}

export interface BackendEntry {
  readonly name: string;
  readonly export: string;
}

/** What the "engine" field of a package.json says. */
export interface PluginManifest {
  /** Its api level; one other than this engine's is an error only when the plugin is asked for. */
  readonly api: number;
  readonly architectures: readonly ArchitectureEntry[];
  readonly backends: readonly BackendEntry[];
}

/** Reads an "engine" field; throws an Error that says what is wrong with it. */
export function readManifest(field: unknown): PluginManifest {
  const engine = object(field, '"engine"');
  if (!Number.isSafeInteger(engine.api)) throw new Error(`"engine.api" must be a whole number such as 1`);
  return {
    api: engine.api as number,
    architectures: entries(engine, "architectures").map(([name, value, at]) => ({
      name,
      modelTypes: texts(value.modelTypes, `${at}.modelTypes`),
      classes: value.classes === undefined ? [] : texts(value.classes, `${at}.classes`),
      gguf: value.gguf === undefined ? [] : texts(value.gguf, `${at}.gguf`),
      export: text(value.export, `${at}.export`),
    })),
    backends: entries(engine, "backends").map(([name, value, at]) => ({
      name,
      export: text(value.export, `${at}.export`),
    })),
  };
}

function entries(engine: JsonObject, key: string): [name: string, value: JsonObject, at: string][] {
  if (engine[key] === undefined) return [];
  return Object.entries(object(engine[key], `"engine.${key}"`)).map(([name, value]) => {
    const at = `engine.${key}.${name}`;
    return [name, object(value, `"${at}"`), at];
  });
}

function object(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new Error(`${what} must be an object`);
}

function text(value: unknown, at: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`"${at}" must be a text`);
}

function texts(value: unknown, at: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`"${at}" must be a list of texts`);
}
