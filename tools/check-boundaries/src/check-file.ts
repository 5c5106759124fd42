import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { fits, fitsPath } from "./pattern.ts";
import { EVERYDAY_WORDS, IMPORT_RULES, type ImportRule, MODULE_RULES, NAME_RULES } from "./rules.ts";
import { type Found, importsOf, packageOf, stringsOf } from "./scan.ts";
import type { SourceFile } from "./source-files.ts";
import type { WorkspacePackage } from "./workspace.ts";

export interface FileCheck {
  readonly root: string;
  readonly owner: WorkspacePackage;
  readonly file: SourceFile;
  readonly packages: readonly WorkspacePackage[];
  /** Packages the root declares for all tests. */
  readonly shared: ReadonlySet<string>;
}

/** What one source file does against the rules, as "file:line: what it does, and what is allowed". */
export function checkFile(check: FileCheck): string[] {
  const source = readFileSync(join(check.root, check.file.path), "utf8");
  const problems: string[] = [];
  for (const found of importsOf(source)) {
    const problem = found.text.startsWith(".") ? leaving(check, found) : checkImport(check, found.text);
    if (problem) problems.push(`${check.file.path}:${found.line}: imports "${found.text}": ${problem}`);
  }
  if (!check.file.test) problems.push(...namesPlugins(check, source));
  return problems;
}

function leaving({ file, owner }: FileCheck, { text }: Found): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file.path), text));
  if (target.startsWith(`${owner.folder}/`)) return undefined;
  return `a relative import may not leave ${owner.folder}; import the other package by its name.`;
}

function checkImport(check: FileCheck, specifier: string): string | undefined {
  if (isBuiltin(specifier)) return check.file.test ? undefined : refusedModule(check.file.path, specifier);
  const name = packageOf(specifier);
  if (name === check.owner.name) return undefined;
  return notAllowed(check, name) ?? undeclared(check, name);
}

function refusedModule(path: string, specifier: string): string | undefined {
  const module = specifier.replace(/^node:/, "");
  const rule = MODULE_RULES.find(
    ({ modules, refusedIn, except }) =>
      modules.some((pattern) => pattern === "*" || fits(pattern, module)) &&
      refusedIn.some((pattern) => fitsPath(pattern, path)) &&
      !except.some((pattern) => fitsPath(pattern, path)),
  );
  if (!rule) return undefined;
  const allowed = rule.except.length > 0 ? ` Allowed in ${rule.except.join(", ")} and in tests.` : "";
  return `refused here because ${rule.why}.${allowed}`;
}

function notAllowed({ owner, file, packages }: FileCheck, name: string): string | undefined {
  const target = packages.find((candidate) => candidate.name === name);
  const ours = target !== undefined || name.startsWith("@engine/");
  if (!ours || file.test) return undefined;
  const rule = ruleOf(owner);
  if (target && !target.folder.startsWith("packages/") && !rule?.mayImport.includes(name)) {
    return `${target.folder} is a product, which only a rule that names it may import. Move what is shared to packages/.`;
  }
  // A folder without a rule is reported once, by checkWorkspace.
  if (!rule || rule.mayImport.some((pattern) => fits(pattern, name))) return undefined;
  const allowed = rule.mayImport.length > 0 ? rule.mayImport.join(", ") : "no other package";
  return `${owner.folder} may import ${allowed}, because ${rule.why}.`;
}

function undeclared({ owner, file, shared }: FileCheck, name: string): string | undefined {
  if (owner.dependencies.has(name) || owner.optionalDependencies.has(name)) return undefined;
  const dev = owner.devDependencies.has(name);
  if ((file.test && (dev || shared.has(name))) || (dev && ruleOf(owner)?.bundles)) return undefined;
  const section = file.test ? "devDependencies" : "dependencies";
  const where = dev ? "is only in devDependencies of" : "is not declared in";
  return `${name} ${where} ${owner.folder}/package.json; add it to its ${section}.`;
}

function ruleOf(owner: WorkspacePackage): ImportRule | undefined {
  return IMPORT_RULES.find(({ folder }) => fits(folder, owner.folder));
}

function namesPlugins({ owner, file, packages }: FileCheck, source: string): string[] {
  const rule = NAME_RULES.find(({ folder }) => fits(folder, owner.folder));
  if (!rule) return [];
  const words = new Set<string>();
  for (const { folder } of packages) {
    const name = posix.basename(folder);
    if (rule.mayNotName.some((pattern) => fits(pattern, name))) words.add(name.slice(name.indexOf("-") + 1));
  }
  return stringsOf(source)
    .filter(({ text }) => words.has(text) && !EVERYDAY_WORDS.includes(text))
    .map(({ text, line }) => `${file.path}:${line}: names the plugin "${text}": ${rule.why}.`);
}
