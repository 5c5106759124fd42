import { join, sep } from "node:path";
import type { JsonObject } from "@engine/loader";

/** Conditions of an ES module import in Node. */
const CONDITIONS = ["node", "import", "module-sync", "default"];

/** The file that `import` of a package loads, by its package.json; undefined when it exports none. */
export function packageEntry(folder: string, json: JsonObject): string | undefined {
  const target = json.exports === undefined ? legacy(json) : pick(mainOf(json.exports));
  if (target === undefined) return undefined;
  const path = join(folder, target);
  return path.startsWith(folder + sep) ? path : undefined;
}

function legacy(json: JsonObject): string {
  return typeof json.main === "string" && json.main !== "" ? json.main : "index.js";
}

function mainOf(exports: unknown): unknown {
  if (typeof exports !== "object" || exports === null || Array.isArray(exports)) return exports;
  const keyed = exports as JsonObject;
  return Object.keys(keyed).some((key) => key.startsWith(".")) ? keyed["."] : keyed;
}

/** The first target whose condition holds, in the order of the file. */
function pick(target: unknown): string | undefined {
  if (typeof target === "string") return target.startsWith("./") ? target : undefined;
  if (Array.isArray(target)) return target.map(pick).find((found) => found !== undefined);
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, next] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? pick(next) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
