import ts from "typescript";

export interface Found {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Everything a module imports or re-exports: values, types, `import()` and `require()`. */
export function importsOf(source: string): Found[] {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  return importedFiles.map(({ fileName, pos }) => ({ text: fileName, line: lineAt(source, pos) }));
}

/** The string literals of a module, import specifiers included. */
export function stringsOf(source: string): Found[] {
  const file = ts.createSourceFile("module.ts", source, ts.ScriptTarget.Latest);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      found.push({ text: node.text, line: lineAt(source, node.getStart(file)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** "@scope/name/deep" to "@scope/name"; "name/deep" to "name". */
export function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split("\n").length;
}
