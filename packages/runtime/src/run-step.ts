import { EngineError, type StreamCounts, type WeightStore } from "@engine/core";
import type { Chunk } from "./history.ts";
import { mergeSelects } from "./merge-selects.ts";
import type { Request } from "./request.ts";
import type { Runner, Work } from "./runner.ts";

/** One answer's rows of a step. */
export interface StepPart {
  readonly request: Request;
  readonly chunk: Chunk;
  /** They are the last of its text, so the next token is chosen. */
  readonly last: boolean;
}

export interface StepOptions {
  readonly runner: Runner;
  readonly vocab: number;
  readonly sharing: boolean;
  readonly weights: Pick<WeightStore, "bytes" | "streamed">;
  readonly signal: AbortSignal;
  /** The step's number. */
  readonly step: number;
  /** Called once the device works, so that what is done then costs the step nothing where there is a core to spare. */
  readonly begun: () => void;
}

export type Failures = Map<Request, { readonly error: unknown }>;

/** Runs a step and gives each answer its token. An error is the business of the answers it concerns alone. */
export async function runStep(parts: readonly StepPart[], options: StepOptions): Promise<Failures> {
  const failed: Failures = new Map();
  try {
    await run(parts, options, failed);
  } catch (error) {
    const stopped = options.signal.aborted && EngineError.isInstance(error) && error.code === "aborted";
    if (stopped) return failed;
    if (parts.length === 1) failed.set(parts[0]!.request, { error });
    // Which of them it was shows when each runs by itself.
    else
      for (const part of parts) for (const [one, why] of await runStep([part], options)) failed.set(one, why);
  }
  return failed;
}

async function run(parts: readonly StepPart[], options: StepOptions, failed: Failures): Promise<void> {
  const { runner, vocab, sharing, weights, signal, step } = options;
  const guard = async (request: Request, task: () => Promise<void> | void): Promise<void> => {
    try {
      await task();
    } catch (error) {
      failed.set(request, { error });
    }
  };
  const start = performance.now();
  const before = weights.bytes.streamed ? weights.streamed?.() : undefined;
  const choosing = parts.filter(({ last }) => last);
  const selects = await Promise.all(choosing.map(({ request }) => request.answer.select()));
  const work = parts.map(
    ({ request: { history }, chunk, last }): Work => ({
      sequence: history.sequence,
      tokens: chunk.tokens,
      extents: chunk.extents,
      embeddings: history.embeddings,
      ...(chunk.prompt && { promptLength: history.length }),
      ...(sharing && { keys: history.key }),
      wanted: last ? "last" : "none",
    }),
  );
  const select = selects.length > 0 ? mergeSelects(selects, vocab) : undefined;
  const top = select?.top ?? 0;
  const rows = choosing.length;
  const found = {
    ids: new Int32Array(rows * top),
    values: new Float32Array(rows * top),
    lse: new Float32Array(rows * 2),
  };
  const done = runner.run(work, select ? found : {}, select ? { signal, select } : { signal });
  options.begun();
  await done;
  const ms = performance.now() - start;
  const reads = before && since(before, weights.streamed!());
  for (const { request, chunk } of parts) {
    request.served = step;
    request.history.computed(request.history.sequence.length);
    request.answer.meter.step({ rows: chunk.tokens.length, ms, reads });
    await guard(request, () => request.answer.read());
  }
  for (const [row, { request }] of choosing.entries()) {
    const { answer } = request;
    const own = (values: { readonly top: number }): [number, number] => [row * top, row * top + values.top];
    const { sampler } = answer;
    const candidates = {
      ids: found.ids.subarray(...own(sampler)),
      values: found.values.subarray(...own(sampler)),
      lse: found.lse.subarray(row * 2, row * 2 + 2),
    };
    if (request.stopped || failed.has(request)) continue;
    await guard(request, async () => {
      request.chose(await answer.next(candidates, (into) => runner.plan.logits(row, into)));
    });
  }
}

/** What was read between two readings of the counters. */
function since(before: StreamCounts, after: StreamCounts) {
  return {
    bytesRead: after.bytesRead - before.bytesRead,
    readSeconds: after.readSeconds - before.readSeconds,
    stallSeconds: after.stallSeconds - before.stallSeconds,
  };
}
