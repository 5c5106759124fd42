import type { ApiErrorKind } from "../api/api-error.ts";
import type { Sampling, ToolCall } from "../api/chat-request.ts";
import type { Timings, Usage } from "../api/chat-stream.ts";

/** How an answer ended; "open" while it comes, and for good when the page was closed meanwhile. */
export type Outcome = "open" | "complete" | "length" | "stopped" | "lost" | "failed";

interface Placed {
  readonly id: string;
  readonly conversation: string;
  /** The message before it; messages with the same parent are versions of each other. */
  readonly parent: string | undefined;
  /** Milliseconds since 1970; orders versions. */
  readonly at: number;
}

export interface Question extends Placed {
  readonly role: "user";
  readonly text: string;
}

export interface Answer extends Placed {
  readonly role: "assistant";
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  /** How long the thought took, once it is over. */
  readonly reasoningMs: number | undefined;
  readonly toolCalls: readonly ToolCall[];
  readonly outcome: Outcome;
  readonly error:
    | { readonly kind: ApiErrorKind; readonly message: string; readonly status: number }
    | undefined;
  readonly usage: Usage | undefined;
  readonly timings: Timings | undefined;
}

export type Message = Question | Answer;

export interface Conversation {
  readonly id: string;
  /** Empty until the first question. */
  readonly title: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The last message of the branch that is shown. */
  readonly head: string | undefined;
  /** Empty for the server's default. */
  readonly model: string;
  readonly system: string;
  readonly sampling: Sampling;
}
