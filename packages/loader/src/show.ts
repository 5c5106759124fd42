const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A value from a file, as it can stand in a message: one line, short, without terminal or direction controls. */
export function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(typeof value === "string" ? clip(value) : value) ?? String(value);
  return clip(text).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
