import { createInterface } from "node:readline";
import type { Io } from "../io.ts";

export interface LineReader {
  /** The next line, without its break; undefined at the end of the input (Ctrl-D). */
  next(prompt: string): Promise<string | undefined>;
  close(): void;
}

/** Lines that a person types, with history and editing, or that come from a pipe. */
export function lineReader(io: Io): LineReader {
  return io.stdin.isTTY === true && io.stdout.isTTY === true ? typedLines(io) : pipedLines(io);
}

/**
 * One readline interface for each line: between lines the terminal is in its usual mode, so Ctrl-C is a
 * signal that stops an answer.
 */
function typedLines(io: Io): LineReader {
  let history: string[] = [];
  return {
    next: (prompt) =>
      new Promise((resolve) => {
        const lines = createInterface({
          input: io.stdin,
          output: io.stdout as NodeJS.WritableStream,
          terminal: true,
          history,
          prompt,
        });
        let line: string | undefined;
        lines.on("history", (now) => {
          history = now;
        });
        lines.on("line", (text) => {
          line = text;
          lines.close();
        });
        lines.on("SIGINT", () => {
          const hint = lines.line === "" ? "(Ctrl-D or /exit leaves)" : "";
          lines.write(null, { ctrl: true, name: "e" });
          lines.write(null, { ctrl: true, name: "u" });
          io.stdout.write(`${hint}\n`);
          lines.prompt();
        });
        lines.on("close", () => {
          if (line === undefined) io.stdout.write("\n");
          resolve(line);
        });
        lines.prompt();
      }),
    close: () => {},
  };
}

function pipedLines(io: Io): LineReader {
  const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const each = lines[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await each.next();
      return done ? undefined : value;
    },
    close: () => lines.close(),
  };
}
