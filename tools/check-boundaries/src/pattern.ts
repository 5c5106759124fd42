/** True when the pattern, in which `*` stands for any text without a slash, fits the whole text. */
export function fits(pattern: string, text: string): boolean {
  return expression(pattern, "$").test(text);
}

/** True when the pattern fits the path or one of the folders it lies in. */
export function fitsPath(pattern: string, path: string): boolean {
  return expression(pattern, "(?:/|$)").test(path);
}

function expression(pattern: string, end: string): RegExp {
  const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^/]*")}${end}`);
}
