import { join } from "node:path";
import ts from "typescript";

export interface Example {
  /** The README's path relative to the root. */
  readonly path: string;
  readonly code: string;
  /** Of the first line of code in the README, counted from 1. */
  readonly line: number;
}

/**
 * Type errors of README examples, as "README:line: message". Workspace packages resolve to their sources by
 * name, wherever the example stands.
 */
export function checkExamples(
  root: string,
  examples: readonly Example[],
  sources: Record<string, string>,
): string[] {
  const files = new Map(examples.map((example) => [join(root, `${example.path}.example.ts`), example]));
  const options: ts.CompilerOptions = {
    ...baseOptions(root),
    noEmit: true,
    declaration: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: Object.fromEntries(Object.entries(sources).map(([name, path]) => [name, [join(root, path)]])),
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const example = files.get(path);
    if (!example) return getSourceFile(path, settings, ...rest);
    return ts.createSourceFile(path, `${example.code}\nexport {};\n`, settings);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, example]) => {
    const file = program.getSourceFile(path);
    if (!file) return [];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (diagnostic) => {
        const offset = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line;
        const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
        return `${example.path}:${example.line + offset}: the example does not type-check: ${text}`;
      },
    );
  });
}

function baseOptions(root: string): ts.CompilerOptions {
  const path = join(root, "tsconfig.base.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile) as { config: { compilerOptions: object } };
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options;
}
