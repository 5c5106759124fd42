import { Worker } from "node:worker_threads";
import { EngineError } from "@engine/core";
import { createMatches } from "./matches.ts";
import type { Question, Reply } from "./protocol.ts";

/** Where grammars are compiled and followed. */
export interface GrammarThread {
  ask(question: Question): Promise<Reply>;
  end(): void;
}

/** The built package has the thread's file beside it; sources are run by whatever loads TypeScript, in this thread. */
const PROGRAM = import.meta.url.endsWith(".js") ? new URL("./grammar-thread.js", import.meta.url) : undefined;

/** A thread of its own: reading a vocabulary and compiling a schema take seconds in which an event loop stands still. */
export function grammarThread(program: URL | undefined = PROGRAM): GrammarThread {
  if (!program) {
    const { answer, dispose } = createMatches();
    return { ask: answer, end: dispose };
  }
  // What this process was started with (loaders, conditions) is for its own program.
  const worker = new Worker(program, { execArgv: [] });
  const waiting = new Map<
    number,
    { readonly resolve: (reply: Reply) => void; readonly reject: (error: unknown) => void }
  >();
  let last = 0;
  let ended: EngineError | undefined;
  const fail = (why: string, cause?: unknown): void => {
    ended ??= new EngineError("out-of-memory", `The thread that follows grammars ended: ${why}.`, { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("message", ({ id, reply }: { readonly id: number; readonly reply: Reply }) => {
    waiting.get(id)?.resolve(reply);
    waiting.delete(id);
    // Only work keeps the process running.
    if (waiting.size === 0) worker.unref();
  });
  worker.on("error", (error) => fail(error.message, error));
  worker.on("exit", (code) => fail(`exit code ${code}`));
  worker.unref();
  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        if (waiting.size === 0) worker.ref();
        waiting.set(++last, { resolve, reject });
        worker.postMessage({ id: last, question });
      });
    },
    end: () => void worker.terminate(),
  };
}
