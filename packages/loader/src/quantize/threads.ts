import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { EngineError } from "@engine/core";
import { type Converted, convertLines, type Lines } from "./convert-lines.ts";
import { loadRounding } from "./load-rounding.ts";

/** Converts lines on other threads. */
export interface Converter extends AsyncDisposable {
  readonly threads: number;
  convert(lines: Lines): Promise<Converted>;
}

interface Waiting {
  readonly lines: Lines;
  readonly resolve: (converted: Converted) => void;
  readonly reject: (error: unknown) => void;
}

/** The built package has the worker's file beside it; sources are run by whatever loads TypeScript, in one thread. */
const WORKER = import.meta.url.endsWith(".js") ? new URL("./quantize-worker.js", import.meta.url) : undefined;

export interface ConverterOptions {
  /** Workers; all processors unless told. One works in the calling thread. */
  readonly threads?: number | undefined;
  /** Of a `RoundingModule`; this package's own unless told. */
  readonly rounding?: URL | undefined;
  readonly worker?: URL | undefined;
}

export async function converter(options: ConverterOptions = {}): Promise<Converter> {
  const { threads = availableParallelism(), rounding, worker = WORKER } = options;
  if (threads > 1 && worker) return new Workers(threads, worker, rounding?.href);
  const roundGroups = await loadRounding(rounding?.href);
  return {
    threads: 1,
    convert: async (lines) => convertLines(lines, roundGroups),
    [Symbol.asyncDispose]: async () => {},
  };
}

class Workers implements Converter {
  readonly #all: readonly Worker[];
  readonly #idle: Worker[];
  readonly #queue: Waiting[] = [];
  readonly #busy = new Map<Worker, Waiting>();

  constructor(
    readonly threads: number,
    file: URL,
    rounding: string | undefined,
  ) {
    this.#all = Array.from({ length: threads }, () => this.#start(file, rounding));
    this.#idle = [...this.#all];
  }

  convert(lines: Lines): Promise<Converted> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ lines, resolve, reject });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #start(file: URL, rounding: string | undefined): Worker {
    // What this process was started with (loaders, conditions) is for its own program.
    const worker = new Worker(file, { execArgv: [], workerData: rounding });
    worker.on("message", (converted: Converted) => {
      const waiting = this.#take(worker);
      this.#idle.push(worker);
      worker.unref();
      this.#next();
      waiting?.resolve(converted);
    });
    // The worker is gone then: out of memory, for example.
    worker.on("error", (cause) => {
      const failure = new EngineError(
        "out-of-memory",
        `A quantizing thread ended: ${cause.message}. Use fewer threads.`,
        {
          cause,
        },
      );
      this.#take(worker)?.reject(failure);
      for (const { reject } of this.#queue.splice(0)) reject(failure);
    });
    worker.unref();
    return worker;
  }

  #take(worker: Worker): Waiting | undefined {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    return waiting;
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const [worker, waiting] = [this.#idle.pop()!, this.#queue.shift()!];
      this.#busy.set(worker, waiting);
      // Only work keeps the process running; a worker that waits does not.
      worker.ref();
      // The bytes move to the worker; they are not copied.
      worker.postMessage(waiting.lines, [waiting.lines.bytes.buffer as ArrayBuffer]);
    }
  }
}
