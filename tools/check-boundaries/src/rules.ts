/**
 * The boundaries of the project, as data. `*` stands for any text without a slash. For each folder the
 * first rule whose `folder` fits is its rule.
 */
export interface ImportRule {
  readonly folder: string;
  /** Patterns of workspace package names its sources may import. Tests may import any devDependency. */
  readonly mayImport: readonly string[];
  /** Its build carries everything it imports, so whoever installs it needs none of it: devDependencies do. */
  readonly bundles?: true;
  readonly why: string;
}

export const IMPORT_RULES: readonly ImportRule[] = [
  { folder: "packages/core", mayImport: [], why: "everything stands on core, so core stands on nothing" },
  { folder: "packages/native", mayImport: [], why: "it is C++ that the addons share" },
  { folder: "packages/gpu-kernels", mayImport: [], why: "it is shader source that the GPU backends share" },
  { folder: "packages/model-*", mayImport: [], why: "it is a checkpoint, which any loader can read" },
  { folder: "packages/nn", mayImport: ["@engine/core"], why: "layers only emit ops" },
  {
    folder: "packages/arch-*",
    mayImport: ["@engine/core", "@engine/nn"],
    why: "a family only describes arithmetic: no device, no files, no other family",
  },
  {
    folder: "packages/backend-*",
    mayImport: ["@engine/core", "@engine/native", "@engine/gpu-kernels"],
    why: "a device runs programs and knows no layer, no family and no session",
  },
  { folder: "packages/compiler", mayImport: ["@engine/core"], why: "it works for devices it cannot name" },
  { folder: "packages/loader", mayImport: ["@engine/core"], why: "it reads files for models it cannot name" },
  { folder: "packages/tokenizer", mayImport: ["@engine/core"], why: "text to ids needs no model" },
  {
    folder: "packages/runtime",
    mayImport: ["@engine/core", "@engine/compiler"],
    why: "sessions run on any device and any family",
  },
  {
    folder: "packages/grammar",
    mayImport: ["@engine/core", "@engine/tokenizer", "@engine/runtime"],
    why: "a constraint is made for a vocabulary, whatever runs it",
  },
  {
    folder: "packages/auto",
    mayImport: ["@engine/core", "@engine/compiler", "@engine/loader", "@engine/tokenizer", "@engine/runtime"],
    why: "families and backends reach it through the Registry",
  },
  {
    folder: "packages/conformance",
    mayImport: [
      "@engine/core",
      "@engine/compiler",
      "@engine/loader",
      "@engine/runtime",
      "@engine/backend-reference",
    ],
    why: "outside authors test their own backends and families with it",
  },
  { folder: "packages/engine", mayImport: ["@engine/*"], why: "it is the umbrella" },
  {
    folder: "packages/ai-sdk",
    mayImport: ["@engine/auto", "@engine/core", "@engine/grammar", "@engine/tokenizer"],
    why: "it speaks for any model that AutoModel gave, and for servers it knows by their API",
  },
  {
    folder: "apps/cli",
    mayImport: [
      "@engine/engine",
      "@engine/auto",
      "@engine/core",
      "@engine/loader",
      "@engine/runtime",
      "@engine/server",
      "@engine/tokenizer",
      "@engine/model-*",
    ],
    why: "the command line starts the server too; a backend or a family it never names",
  },
  {
    folder: "apps/server",
    mayImport: [
      "@engine/auto",
      "@engine/core",
      "@engine/grammar",
      "@engine/loader",
      "@engine/runtime",
      "@engine/tokenizer",
      "@engine/web",
    ],
    why: "it serves whatever models it is handed, and the pages of the web interface",
  },
  {
    folder: "apps/web",
    mayImport: [],
    bundles: true,
    why: "it runs in a browser and knows the server by its HTTP API only",
  },
  {
    folder: "apps/*",
    mayImport: [
      "@engine/engine",
      "@engine/auto",
      "@engine/core",
      "@engine/loader",
      "@engine/runtime",
      "@engine/tokenizer",
      "@engine/model-*",
    ],
    why: "a product uses the umbrella and AutoModel, never a backend or a family by name",
  },
  { folder: "tools/*", mayImport: ["@engine/*", "@engine/server"], why: "tools may look at everything" },
  { folder: "examples/*", mayImport: ["@engine/*"], why: "an outside author may use everything published" },
];

export interface ModuleRule {
  /** Patterns of Node's own modules. */
  readonly modules: readonly string[];
  /** Folders or files the modules are refused in, tests excepted. */
  readonly refusedIn: readonly string[];
  /** Folders or files excepted from `refusedIn`. */
  readonly except: readonly string[];
  readonly why: string;
}

export const MODULE_RULES: readonly ModuleRule[] = [
  {
    modules: ["*"],
    refusedIn: [
      "packages/core",
      "packages/nn",
      "packages/compiler",
      "packages/runtime",
      "packages/arch-*",
      "packages/gpu-kernels",
    ],
    except: [],
    why: "these packages run in browsers too",
  },
  {
    modules: ["fs", "fs/promises"],
    refusedIn: ["packages/*"],
    except: [
      "packages/loader",
      "packages/tokenizer",
      // The golden folders, and the file of a backend that finds its own native part.
      "packages/conformance",
      "packages/backend-*/src/*native*.ts",
      // A dependency whose module format Node does not read.
      "packages/grammar/src/thread/load-xgrammar.ts",
    ],
    why: "files are opened by the loader; others get its descriptors and byte ranges",
  },
];

export interface NameRule {
  readonly folder: string;
  /** String literals equal to the part of these packages' names after the first dash are refused. */
  readonly mayNotName: readonly string[];
  readonly why: string;
}

export const NAME_RULES: readonly NameRule[] = [
  { folder: "packages/core", mayNotName: ["arch-*", "backend-*"], why: "core holds no list of plugins" },
  { folder: "packages/compiler", mayNotName: ["backend-*"], why: "a backend says what it needs as data" },
  { folder: "packages/runtime", mayNotName: ["arch-*", "backend-*"], why: "sessions run on any of them" },
  { folder: "packages/auto", mayNotName: ["arch-*"], why: "families reach it through the Registry" },
];

/** Words that a package's name shares with everyday language. */
export const EVERYDAY_WORDS: readonly string[] = ["reference"];

/** Files of one package import one way. What these import is left out of that. */
export const MAY_CLOSE_A_CIRCLE: readonly { readonly file: string; readonly why: string }[] = [
  { file: "packages/core/src/tensor.ts", why: "a tensor's methods are ops, and ops take and give tensors" },
];
