/** The first code block must begin by this line, so that a reader meets it without scrolling. */
const EARLY = 15;
const SHORT = 25;

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** Of the first line of code, counted from 1. */
  readonly line: number;
}

/** The first fenced block of a Markdown text. */
export function firstCodeBlock(markdown: string): CodeBlock | undefined {
  const match = /^```(\S*)[^\n]*\n([\s\S]*?)^```/m.exec(markdown);
  if (!match) return undefined;
  const line = markdown.slice(0, match.index).split("\n").length + 1;
  return { language: match[1] ?? "", code: match[2] ?? "", line };
}

/** Breaks of "a short example first, then the words". */
export function checkReadme(markdown: string): string[] {
  const block = firstCodeBlock(markdown);
  if (!block) return ["has no example; begin with a short one that runs."];
  const problems: string[] = [];
  if (block.line > EARLY) {
    problems.push(`the first example begins at line ${block.line}; move it up to line ${EARLY} or before.`);
  }
  const lines = block.code.trimEnd().split("\n").length;
  if (lines > SHORT)
    problems.push(`the first example has ${lines} lines; about ten are enough, ${SHORT} the most.`);
  if (!block.language) problems.push("the first example names no language after its fence.");
  return problems;
}
