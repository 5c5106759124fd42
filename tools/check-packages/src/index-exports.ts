import ts from "typescript";

/** The statements of an index.ts that are not re-exports, as "line: text". */
export function notReexports(source: string): string[] {
  const file = ts.createSourceFile("index.ts", source, ts.ScriptTarget.Latest);
  return file.statements
    .filter((statement) => !(ts.isExportDeclaration(statement) && statement.moduleSpecifier))
    .map((statement) => {
      const start = statement.getStart(file);
      const line = file.getLineAndCharacterOfPosition(start).line + 1;
      return `${line}: ${source.slice(start, statement.end).split("\n")[0]}`;
    });
}
