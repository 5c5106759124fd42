import { stripVTControlCharacters } from "node:util";
import type { Model } from "@engine/auto";
import type { Io, OutputStream } from "../io.ts";
import { isLive, paint } from "./paint.ts";
import { progressText } from "./quantities.ts";

/** Milliseconds without anything new to read; a token that comes sooner says enough by itself. */
const PATIENCE = 1000;
const INTERVAL = 250;
/** A free line below the cursor, which stays where it is. */
const MAKE_ROOM = "\x1bD\x1b[A";
const TO_LINE_BELOW = "\x1b7\x1b[B\r\x1b[2K";
const BACK = "\x1b8";

/**
 * Tells, on the line below, how far the step at hand is through the weights it reads from files, while what is written to
 * `io` is long in coming. Nothing where stderr is no terminal or all weights stay in memory.
 */
export function watchSweeps(
  io: Io,
  model: Pick<Model, "weights" | "stats">,
): { readonly io: Io } & Disposable {
  const read = () => model.stats().streamed;
  if (!isLive(io.stderr, io.env) || !read()) return { io, [Symbol.dispose]() {} };
  const columns = (): number => io.stderr.columns ?? 80;
  let [column, shown] = [0, false];
  let [since, before] = [performance.now(), read()!.bytesRead];

  const clear = (): void => {
    if (shown) io.stderr.write(`${TO_LINE_BELOW}${BACK}`);
    shown = false;
  };
  const draw = (): void => {
    const seconds = (performance.now() - since) / 1000;
    // A cursor behind a full line would come back onto its last letter.
    if (seconds * 1000 < PATIENCE || column === columns()) return;
    const { bytesRead, expertUses } = read()!;
    const line = sweepText(bytesRead - before, {
      seconds,
      sweep: expertUses ? undefined : model.weights.streamed,
    });
    const { dim } = paint(io.stderr, io.env);
    io.stderr.write(`${shown ? "" : MAKE_ROOM}${TO_LINE_BELOW}${dim(line.slice(0, columns() - 1))}${BACK}`);
    shown = true;
  };
  const over = (stream: OutputStream): OutputStream => ({
    ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
    get columns() {
      return stream.columns ?? 80;
    },
    write(text) {
      clear();
      if (stream.isTTY) column = columnAfter(column, text, columns());
      [since, before] = [performance.now(), read()!.bytesRead];
      return stream.write(text);
    },
  });
  const timer = setInterval(draw, INTERVAL).unref();
  return {
    io: { ...io, stdout: over(io.stdout), stderr: over(io.stderr) },
    [Symbol.dispose]() {
      clearInterval(timer);
      clear();
    },
  };
}

/** `sweep`: bytes that every step reads; unknown where steps read the experts they need. A prompt may take several steps. */
function sweepText(
  bytes: number,
  { seconds, sweep }: { readonly seconds: number; readonly sweep: number | undefined },
): string {
  const bytesPerSecond = bytes / seconds;
  const tensor = "weights of this step";
  const whole = { bytesPerSecond, tensor, secondsLeft: undefined };
  if (!sweep) return progressText({ ...whole, done: bytes, total: undefined });
  const done = bytes % sweep;
  const secondsLeft = bytesPerSecond > 0 ? (sweep - done) / bytesPerSecond : undefined;
  return progressText({ ...whole, done, total: sweep, secondsLeft });
}

/** Where the cursor is after a text; `columns` when the line is full and the next letter begins another. */
export function columnAfter(column: number, text: string, columns: number): number {
  const plain = stripVTControlCharacters(text);
  const line = plain.slice(Math.max(plain.lastIndexOf("\n"), plain.lastIndexOf("\r")) + 1);
  let at = line.length < plain.length ? 0 : column;
  for (const letter of line) {
    // Hangul, kana, Chinese and most pictures take two columns.
    const width = letter.codePointAt(0)! >= 0x1100 ? 2 : 1;
    at = at + width > columns ? width : at + width;
  }
  return at;
}
