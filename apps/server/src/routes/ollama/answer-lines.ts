import type { ChatResult } from "@engine/auto";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { type AnswerEvent, type OpenAnswer, openAnswer } from "../../answers/open-answer.ts";
import { type Call, json } from "../../http/route.ts";
import { type StreamForm, streamAnswer } from "../../http/stream-answer.ts";

/** A piece of an answer, or all of it. */
export type Piece = Pick<ChatResult, "text" | "reasoning" | "toolCalls">;

/** The members a route shows a piece in. */
export type LineForm = (piece: Piece) => object;

const stream: StreamForm = {
  contentType: "application/x-ndjson",
  errorFrame: ({ message }) => line({ error: message }),
};

/** Answers with one JSON object, or with a line of JSON for each piece and a last one that counts. */
export async function answerLines(
  call: Call<unknown>,
  {
    job,
    form,
    stream: streaming,
  }: { readonly job: AnswerJob; readonly form: LineForm; readonly stream: boolean },
): Promise<Response> {
  const begin = performance.now();
  if (streaming) {
    return streamAnswer(call, { job, form: stream }, async function* (answer) {
      for await (const event of answer.events) {
        if (event.type === "finish")
          yield line({ ...head(answer.id), ...form(EMPTY), ...counts(event, answer, begin) });
        else if (event.type !== "note")
          yield line({ ...head(answer.id), ...form(pieceOf(event)), done: false });
      }
    });
  }
  using answer = await openAnswer(call.server, job, call.signal);
  const [result] = await answer.results();
  return json({ ...head(answer.id), ...form(result!), ...counts(result!, answer, begin) });
}

export function head(model: string) {
  return { model, created_at: new Date().toISOString() };
}

const EMPTY: Piece = { text: "", reasoning: "", toolCalls: [] };

function pieceOf(event: AnswerEvent): Piece {
  if (event.type === "text") return { ...EMPTY, text: event.text };
  if (event.type === "reasoning") return { ...EMPTY, reasoning: event.text };
  if (event.type !== "tool-call") return EMPTY;
  const { id, name, arguments: args } = event;
  return { ...EMPTY, toolCalls: [{ id, name, arguments: args }] };
}

/** Times are nanoseconds. */
function counts({ finishReason, usage, timings }: ChatResult, { loadMs }: OpenAnswer, begin: number) {
  const nanoseconds = (ms: number): number => Math.round(ms * 1e6);
  return {
    done: true,
    done_reason: finishReason === "length" ? "length" : "stop",
    total_duration: nanoseconds(performance.now() - begin),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: usage.promptTokens,
    prompt_eval_duration: nanoseconds(timings.promptMs),
    eval_count: usage.completionTokens,
    eval_duration: nanoseconds(timings.decodeMs),
  };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
