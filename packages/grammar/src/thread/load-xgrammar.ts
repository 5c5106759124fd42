import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction, constants } from "node:vm";
import type * as Xgrammar from "@mlc-ai/web-xgrammar";

let loaded: typeof Xgrammar | undefined;
/** What xgrammar last wrote to its console, where it tells why it gave up. */
let complaint: string | undefined;

/**
 * xgrammar's wasm build. Its package calls itself an ES module, but holds a script for CommonJS, AMD or a page, which
 * Node's `import` gives nothing of: so it is run as what it is.
 */
export function loadXgrammar(): typeof Xgrammar {
  loaded ??= run(createRequire(import.meta.url));
  return loaded;
}

/** Why a grammar could not be made, without the file and line of xgrammar's that say so; undefined where it did not say. */
export function takeComplaint(): string | undefined {
  const told = complaint?.replace(/^\[FATAL\] \S+:\d+: /, "");
  complaint = undefined;
  return told;
}

/** What xgrammar refuses it complains about; a fault without a complaint has left its memory broken. */
export function isBroken(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}

/** The next load is of a program with memory of its own. */
export function dropXgrammar(): void {
  loaded = undefined;
}

function run(require: NodeRequire): typeof Xgrammar {
  const path = require.resolve("@mlc-ai/web-xgrammar");
  const module = { exports: {} as typeof Xgrammar };
  const script = compileFunction(
    readFileSync(path, "utf8"),
    ["module", "exports", "require", "__filename", "__dirname", "console"],
    // It imports Node's own modules.
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  const hear = (line: unknown): void => {
    if (String(line).startsWith("[FATAL]")) complaint = String(line);
  };
  const quiet = { ...console, error: hear, warn: hear };
  script(module, module.exports, require, path, dirname(path), quiet);
  return module.exports;
}
