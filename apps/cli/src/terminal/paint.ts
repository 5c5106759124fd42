import type { Io, OutputStream } from "../io.ts";

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

/** Whether a stream shows lines that are drawn over: a terminal that people look at. */
export function isLive(stream: OutputStream, env: Io["env"]): boolean {
  return stream.isTTY === true && env.TERM !== "dumb" && !env.CI;
}

/** Colours for a terminal; plain text where there is none, or where NO_COLOR is set. */
export function paint(stream: OutputStream, env: Io["env"]): Paint {
  const on = stream.isTTY === true && env.TERM !== "dumb" && !env.NO_COLOR;
  const style = (begin: number, end: number) => (text: string) =>
    on ? `\x1b[${begin}m${text}\x1b[${end}m` : text;
  return { bold: style(1, 22), dim: style(2, 22), red: style(31, 39), cyan: style(36, 39) };
}
