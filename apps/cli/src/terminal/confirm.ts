import { createInterface } from "node:readline";
import type { Io } from "../io.ts";

/** Asks a question at the terminal; true for y or yes, false for all else, Ctrl-C and Ctrl-D too. */
export function confirm(io: Io, question: string): Promise<boolean> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: io.stdin, output: io.stdout as NodeJS.WritableStream });
    let isYes = false;
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => {
      if (!isYes) io.stdout.write("\n");
      resolve(isYes);
    });
    lines.question(question, (answer) => {
      isYes = /^y(es)?$/i.test(answer.trim());
      lines.close();
    });
  });
}
