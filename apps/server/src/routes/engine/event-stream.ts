import type { Call } from "../../http/route.ts";
import { sseFrame, ssePing } from "../../http/sse.ts";
import { SSE } from "../../http/stream-answer.ts";
import { streamResponse } from "../../http/stream-response.ts";
import { openaiError } from "../openai/dialect.ts";

type Tell = (event: string, data: unknown) => void;

/**
 * Answers with the events a long work tells, then `done` with its result or `error`. When events come faster than
 * they are taken, only the latest progress counts. The work's signal aborts when the client goes away.
 */
export function eventStream(
  call: Call<unknown>,
  work: (tell: Tell, signal: AbortSignal) => Promise<unknown>,
): Promise<Response> {
  const abort = new AbortController();
  const signal = AbortSignal.any([call.signal, call.server.gate.signal, abort.signal]);
  const waiting = new Map<string, unknown>();
  let wake = (): void => {};
  const tell: Tell = (event, data) => {
    waiting.set(event, data);
    wake();
  };
  async function* frames(): AsyncGenerator<string, void, undefined> {
    let ended = false;
    const end = (): void => {
      ended = true;
      wake();
    };
    const result = work(tell, signal);
    result.then(end, end);
    while (!ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ended || waiting.size > 0) resolve();
      });
      for (const [event, data] of waiting) yield sseFrame(data, event);
      waiting.clear();
    }
    yield sseFrame(await result, "done");
  }
  return streamResponse(frames(), {
    ...call.server.settings,
    contentType: SSE,
    ping: ssePing,
    errorFrame: (error) => sseFrame({ error: openaiError(error) }, "error"),
    abort,
  });
}
