import type { ChatEvent, ChatResult, Model } from "@engine/auto";
import type { Grammars } from "@engine/grammar";
import type { ModelSlot } from "../models/model-slot.ts";
import type { ServerParts } from "../server-parts.ts";
import type { AnswerForm, AnswerJob, Prompt } from "./answer-job.ts";
import { merge } from "./merge.ts";
import { runAnswer } from "./run-answer.ts";

/** `index`: which of the answers it belongs to. */
export type AnswerEvent = ChatEvent & { readonly index: number };

export interface OpenAnswer extends Disposable {
  /** The model's id as the server lists it. */
  readonly id: string;
  readonly model: Model;
  /** Milliseconds the request waited for the model to load. */
  readonly loadMs: number;
  readonly events: AsyncIterable<AnswerEvent>;
  /** The finished answers, in order; the events are not read besides. */
  results(): Promise<readonly ChatResult[]>;
}

/** Takes a model for a request and starts to answer; disposing gives both back. Throws what the gate and the pool throw. */
export async function openAnswer(
  { gate, pool, metrics }: ServerParts,
  job: AnswerJob,
  signal: AbortSignal,
): Promise<OpenAnswer> {
  const leave = gate.enter();
  const stop = new AbortController();
  const both = AbortSignal.any([signal, gate.signal, stop.signal]);
  const lease = await pool.lease(job.model, { signal: both, keepAliveMs: job.keepAliveMs }).catch((error) => {
    leave();
    throw error;
  });
  const { slot, model, loadMs } = lease;
  const { prompts, count = 1 } = job;
  const answers = prompts.flatMap((prompt) =>
    Array.from({ length: count }, (_, index) => one(slot, { ...job, prompt, index }, both)),
  );
  const events = metrics.watch(merge(answers), slot.source.id);
  return {
    id: slot.source.id,
    model,
    loadMs,
    events,
    async results() {
      const results: ChatResult[] = [];
      for await (const event of events) if (event.type === "finish") results[event.index] = event;
      return results;
    },
    [Symbol.dispose]() {
      stop.abort();
      lease.release();
      leave();
    },
  };
}

/** One answer. `index`: which one to its prompt. */
async function* one(
  slot: ModelSlot,
  { prompt, options, index, maxCalls, form }: AnswerJob & { readonly prompt: Prompt; readonly index: number },
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, void, undefined> {
  const constraint = form && (await constraintOf(await slot.grammars(), form));
  const own = {
    prompt,
    options: { ...options, ...seedOf(options.seed, index), ...(constraint && { constraint }) },
    ...(maxCalls !== undefined && { maxCalls }),
  };
  yield* runAnswer(slot.model!, own, { signal, plainChat: slot.source.plainChat });
}

function constraintOf(grammars: Grammars, form: AnswerForm): ReturnType<Grammars["json"]> {
  switch (form.kind) {
    case "json":
      return grammars.json(form.schema);
    case "regex":
      return grammars.regex(form.pattern);
    case "choice":
      return grammars.choice(form.texts);
    case "grammar":
      return grammars.ebnf(form.ebnf);
    case "call":
      return grammars.call(form.tools, { otherwise: form.otherwise });
  }
}

/** Several answers to one prompt differ, and with a seed do so in the same way each time. */
function seedOf(seed: number | undefined, index: number): { seed?: number } {
  return seed === undefined || index === 0 ? {} : { seed: (seed + index) % Number.MAX_SAFE_INTEGER };
}
