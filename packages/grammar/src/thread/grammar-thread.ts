import { Worker } from "node:worker_threads";
import { EngineError } from "@engine/core";
import { createMatches } from "./matches.ts";
import type { Question, Reply } from "./protocol.ts";

/** Where grammars are compiled and followed. */
export interface GrammarThread {
  /** Throws `bad-option` for the question the thread does not come to an end with, `out-of-memory` once it is gone. */
  ask(question: Question): Promise<Reply>;
  /** It answers nothing any more. */
  readonly ended: boolean;
  end(): void;
}

/** The built package has the thread's file beside it; sources are run by whatever loads TypeScript, in this thread. */
const PROGRAM = import.meta.url.endsWith(".js") ? new URL("./grammar-thread.js", import.meta.url) : undefined;

/** Vocabularies and large schemas take seconds; what takes longer than this is taken to have no end. */
const LONGEST_MS = 30_000;

/**
 * A thread of its own: reading a vocabulary and compiling a schema take seconds in which an event loop stands still. It is
 * ended when it is silent for `longestMs` while it should answer.
 */
export function grammarThread(
  program: URL | undefined = PROGRAM,
  { longestMs = LONGEST_MS }: { readonly longestMs?: number } = {},
): GrammarThread {
  if (!program) return sameThread();
  // What this process was started with (loaders, conditions) is for its own program. xgrammar is loaded by a way that
  // Node warns of as experimental, which nobody who reads it could change.
  const worker = new Worker(program, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const waiting = new Map<
    number,
    { readonly resolve: (reply: Reply) => void; readonly reject: (error: unknown) => void }
  >();
  let last = 0;
  let ended: EngineError | undefined;
  let watch: NodeJS.Timeout | undefined;
  const stuck = (): void => {
    // Questions are answered in order: the first is the one that has no end.
    const [[id, asked] = []] = waiting;
    waiting.delete(id!);
    const seconds = Math.round(longestMs / 1000);
    asked?.reject(
      new EngineError(
        "bad-option",
        `The form that the answer is held to takes longer than ${seconds} seconds to follow. Make it simpler: shorter repetitions, fewer choices.`,
      ),
    );
    fail(`one question took longer than ${seconds} seconds`);
    void worker.terminate();
  };
  const rewatch = (): void => {
    clearTimeout(watch);
    watch = waiting.size > 0 ? setTimeout(stuck, longestMs) : undefined;
  };
  const fail = (why: string, cause?: unknown): void => {
    ended ??= new EngineError("out-of-memory", `The thread that follows grammars ended: ${why}.`, { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    rewatch();
  };
  worker.on("message", ({ id, reply }: { readonly id: number; readonly reply: Reply }) => {
    waiting.get(id)?.resolve(reply);
    waiting.delete(id);
    if ("broken" in reply) {
      fail("its program broke");
      void worker.terminate();
    }
    rewatch();
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
        if (waiting.size === 1) rewatch();
        worker.postMessage({ id: last, question });
      });
    },
    get ended() {
      return ended !== undefined;
    },
    end: () => void worker.terminate(),
  };
}

/** Follows grammars where it is called; ends when xgrammar breaks, as a thread of its own would. */
function sameThread(): GrammarThread {
  const { answer, dispose } = createMatches();
  let ended = false;
  return {
    async ask(question) {
      try {
        const reply = await answer(question);
        ended = "broken" in reply;
        return reply;
      } catch (cause) {
        ended = true;
        throw new EngineError("out-of-memory", "The program that follows grammars broke.", { cause });
      }
    },
    get ended() {
      return ended;
    },
    end: dispose,
  };
}
