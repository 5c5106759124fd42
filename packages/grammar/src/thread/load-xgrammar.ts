import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction, constants } from "node:vm";
import type * as Xgrammar from "@mlc-ai/web-xgrammar";

let loaded: typeof Xgrammar | undefined;

/**
 * xgrammar's wasm build. Its package calls itself an ES module, but holds a script for CommonJS, AMD or a page, which
 * Node's `import` gives nothing of: so it is run as what it is.
 */
export function loadXgrammar(): typeof Xgrammar {
  loaded ??= run(createRequire(import.meta.url));
  return loaded;
}

function run(require: NodeRequire): typeof Xgrammar {
  const path = require.resolve("@mlc-ai/web-xgrammar");
  const module = { exports: {} as typeof Xgrammar };
  const script = compileFunction(
    readFileSync(path, "utf8"),
    ["module", "exports", "require", "__filename", "__dirname"],
    // It imports Node's own modules.
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  script(module, module.exports, require, path, dirname(path));
  return module.exports;
}
