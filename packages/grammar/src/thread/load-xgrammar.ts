import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction, constants } from "node:vm";
import type * as Xgrammar from "@mlc-ai/web-xgrammar";

/** xgrammar's wasm build, with memory of its own. */
export interface XgrammarProgram {
  readonly api: typeof Xgrammar;
  /** Why it threw, without the file and line of xgrammar's that say so. */
  why(error: unknown): string;
}

type Script = (...names: readonly unknown[]) => void;

/** Read once for all that this thread starts. */
let script: Script | undefined;

/**
 * Starts one, which takes some 30 milliseconds. Its package calls itself an ES module, but holds a script for CommonJS,
 * AMD or a page, which Node's `import` gives nothing of: so it is run as what it is.
 */
export function loadXgrammar(): XgrammarProgram {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@mlc-ai/web-xgrammar");
  const module = { exports: {} as typeof Xgrammar };
  script ??= compileFunction(
    readFileSync(path, "utf8"),
    ["module", "exports", "require", "__filename", "__dirname", "console"],
    // It imports Node's own modules.
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  ) as Script;
  let complaint: string | undefined;
  const hear = (line: unknown): void => {
    if (String(line).startsWith("[FATAL]")) complaint = String(line);
  };
  // Its warnings would stand among the output of whatever program this is.
  const quiet = { ...console, log: hear, error: hear, warn: hear };
  script(module, module.exports, require, path, dirname(path), quiet);
  return {
    api: module.exports,
    why(error) {
      const told = complaint?.replace(/^\[FATAL\] \S+:\d+: /, "");
      complaint = undefined;
      return told ?? (error instanceof Error ? error.message : "xgrammar does not say why");
    },
  };
}
