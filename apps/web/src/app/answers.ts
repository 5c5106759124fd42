import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isAbort, toApiError } from "../api/api-error.ts";
import { streamChat } from "../api/chat-stream.ts";
import type { Http } from "../api/http.ts";
import { type AnswerDraft, draftAnswer } from "../conversation/draft.ts";
import type { Answer } from "../conversation/message.ts";
import { promptMessages, titleFrom } from "../conversation/prompt.ts";
import { branch } from "../conversation/tree.ts";
import type { Conversations } from "./conversations.ts";
import type { Server } from "./server.ts";

/** An answer that is on its way. */
export interface Running {
  readonly answer: string;
  /** Pieces per second of late, about tokens per second; 0 before the second piece. */
  readonly rate: Signal<number>;
  /** Waits for the server to come back before it is asked again. */
  readonly waits: Signal<boolean>;
  stop(): void;
}

export interface Answers {
  /** By the id of the conversation. */
  readonly running: ReadonlySignal<ReadonlyMap<string, Running>>;
  /** Puts a question below `parent` and asks the model. */
  ask(question: {
    conversation: string;
    text: string;
    parent: string | undefined;
    model: string;
  }): Promise<void>;
  /** Asks for one more version of the answer to a question. */
  answer(question: { conversation: string; parent: string; model: string }): Promise<void>;
}

export interface AnswersOptions {
  readonly http: Http;
  readonly conversations: Conversations;
  readonly server: Pick<Server, "whenUp" | "refresh">;
  readonly onEnd: (answer: Answer) => void;
}

/** The screen takes about this many changes per second; a reload loses at most a second of an answer. */
const SHOW_EVERY = 33;
const KEEP_EVERY = 1_000;
/** A server that takes a question and drops it each time is not asked for ever. */
const MOST_ATTEMPTS = 4;

export function createAnswers({ http, conversations, server, onEnd }: AnswersOptions): Answers {
  const running = signal<ReadonlyMap<string, Running>>(new Map());

  async function answer({ conversation, parent, model }: Parameters<Answers["answer"]>[0]): Promise<void> {
    if (running.peek().has(conversation)) return;
    const stopped = new AbortController();
    const draft = draftAnswer({ conversation, parent, model });
    const run: Running = {
      answer: draft.answer().id,
      rate: signal(0),
      waits: signal(false),
      stop: () => stopped.abort(new DOMException("stopped by the user", "AbortError")),
    };
    running.value = new Map(running.peek()).set(conversation, run);
    conversations.put(draft.answer());
    conversations.update(conversation, { head: run.answer, updatedAt: Date.now() });
    try {
      for (let left = MOST_ATTEMPTS; left > 0; left--) {
        if ((await attempt(draft, run, stopped.signal)) === "over") break;
        if (left > 1) draft.restart();
      }
    } finally {
      const rest = new Map(running.peek());
      rest.delete(conversation);
      running.value = rest;
      conversations.put(draft.answer());
      void server.refresh();
      onEnd(draft.answer());
    }
  }

  /** "again": the server was away before the first piece came, and is back. */
  async function attempt(draft: AnswerDraft, run: Running, stopped: AbortSignal): Promise<"over" | "again"> {
    const show = everyNow(SHOW_EVERY, () => conversations.put(draft.answer(), { keep: false }));
    const keep = everyNow(KEEP_EVERY, () => conversations.put(draft.answer()));
    try {
      for await (const event of streamChat(http, request(draft.answer()), stopped)) {
        draft.add(event);
        run.rate.value = draft.rate();
        show();
        keep();
      }
      draft.end();
    } catch (error) {
      if (isAbort(error) || stopped.aborted) draft.end("stopped");
      else draft.fail(toApiError(error));
      const { outcome, text, reasoning } = draft.answer();
      if (outcome === "lost" && text === "" && reasoning === "")
        return await waitForServer(draft, run, stopped);
    } finally {
      show.cancel();
      keep.cancel();
    }
    return "over";
  }

  async function waitForServer(
    draft: AnswerDraft,
    run: Running,
    stopped: AbortSignal,
  ): Promise<"over" | "again"> {
    run.waits.value = true;
    conversations.put(draft.answer());
    // The poll may not have noticed yet; it must, or "up" would be the state before the loss.
    await server.refresh();
    try {
      await server.whenUp(stopped);
    } catch {
      draft.end("stopped");
      return "over";
    } finally {
      run.waits.value = false;
    }
    return "again";
  }

  function request({ conversation, parent, model }: Answer) {
    const { system, sampling } = conversations.find(conversation);
    const path = branch(conversations.messages(conversation).peek(), parent);
    return { model, messages: promptMessages(system, path), sampling };
  }

  return {
    running,
    answer,
    async ask({ conversation, text, parent, model }) {
      const id = crypto.randomUUID();
      conversations.put({ id, conversation, parent, at: Date.now(), role: "user", text });
      const { title } = conversations.find(conversation);
      conversations.update(conversation, {
        head: id,
        updatedAt: Date.now(),
        title: title || titleFrom(text),
      });
      await answer({ conversation, parent: id, model });
    },
  };
}

/** Runs `work` at most once in `ms`, the last call included. */
function everyNow(ms: number, work: () => void): (() => void) & { cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, ms);
  };
  return Object.assign(call, { cancel: () => clearTimeout(timer) });
}
