import type { ApiError } from "../api/api-error.ts";
import type { ToolCall } from "../api/chat-request.ts";
import type { ChatEvent } from "../api/chat-stream.ts";
import type { Answer, Outcome } from "./message.ts";

/** An answer while it is being written. */
export interface AnswerDraft {
  answer(): Answer;
  add(event: ChatEvent): void;
  /** Pieces per second over the last two seconds. */
  rate(): number;
  end(outcome?: Outcome): void;
  fail(error: ApiError): void;
  /** Back to the beginning, as if nothing had come. */
  restart(): void;
}

export interface DraftOptions {
  readonly conversation: string;
  readonly parent: string;
  readonly model: string;
  /** Milliseconds; `Date.now` unless a test has its own clock. */
  readonly now?: () => number;
}

const WINDOW = 2_000;

export function draftAnswer({ conversation, parent, model, now = Date.now }: DraftOptions): AnswerDraft {
  const blank: Answer = {
    id: crypto.randomUUID(),
    conversation,
    parent,
    at: now(),
    role: "assistant",
    model,
    text: "",
    reasoning: "",
    reasoningMs: undefined,
    toolCalls: [],
    outcome: "open",
    error: undefined,
    usage: undefined,
    timings: undefined,
  };
  let answer = blank;
  let thoughtSince: number | undefined;
  let arrivals: number[] = [];
  let asked = now();
  let first: number | undefined;
  let pieces = 0;
  let finish: Outcome = "complete";

  /** The thought is over as soon as anything else comes. */
  function endThought(): void {
    if (thoughtSince === undefined) return;
    answer = { ...answer, reasoningMs: (answer.reasoningMs ?? 0) + now() - thoughtSince };
    thoughtSince = undefined;
  }

  function arrived(): void {
    const at = now();
    arrivals = [...arrivals.filter((time) => at - time < WINDOW), at];
    pieces += 1;
    if (first !== undefined) return;
    first = at;
    // As it was seen from here, until the server tells what it measured.
    answer = { ...answer, timings: { ttftMs: at - asked, tokensPerSecond: undefined } };
  }

  /** An answer that broke off has no numbers of the server: the rate is that of its pieces. */
  function measure(): void {
    const { timings } = answer;
    const last = arrivals.at(-1);
    if (!timings || timings.tokensPerSecond !== undefined || first === undefined || !last || last === first)
      return;
    answer = { ...answer, timings: { ...timings, tokensPerSecond: ((pieces - 1) / (last - first)) * 1000 } };
  }

  return {
    answer: () => answer,
    add(event) {
      if (event.type === "reasoning") {
        thoughtSince ??= now();
        arrived();
        answer = { ...answer, reasoning: answer.reasoning + event.text };
      } else if (event.type === "text") {
        endThought();
        arrived();
        answer = { ...answer, text: answer.text + event.text };
      } else if (event.type === "tool-call") {
        endThought();
        arrived();
        answer = { ...answer, toolCalls: withPiece(answer.toolCalls, event) };
      } else if (event.type === "usage") {
        answer = { ...answer, usage: event.usage };
      } else if (event.type === "timings") {
        answer = { ...answer, timings: event.timings };
      } else if (event.reason === "length") {
        finish = "length";
      }
    },
    rate() {
      const [begin] = arrivals;
      const last = arrivals.at(-1);
      if (begin === undefined || last === undefined || last === begin) return 0;
      return ((arrivals.length - 1) / (last - begin)) * 1000;
    },
    end(outcome = finish) {
      endThought();
      measure();
      answer = { ...answer, outcome };
    },
    fail({ kind, message, status }) {
      endThought();
      measure();
      answer = {
        ...answer,
        outcome: kind === "offline" ? "lost" : "failed",
        error: { kind, message, status },
      };
    },
    restart() {
      answer = { ...blank };
      arrivals = [];
      [asked, first, pieces] = [now(), undefined, 0];
      thoughtSince = undefined;
      finish = "complete";
    },
  };
}

function withPiece(
  calls: readonly ToolCall[],
  piece: Extract<ChatEvent, { type: "tool-call" }>,
): readonly ToolCall[] {
  const before = calls[piece.index] ?? { id: "", name: "", arguments: "" };
  const next = [...calls];
  next[Math.min(piece.index, calls.length)] = {
    id: piece.id ?? before.id,
    name: piece.name ?? before.name,
    arguments: before.arguments + piece.arguments,
  };
  return next;
}
