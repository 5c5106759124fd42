import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation, Message } from "../conversation/message.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { AnswerMessage } from "./answer-message.tsx";
import { QuestionMessage } from "./question-message.tsx";

interface MessageListProps {
  readonly conversation: Conversation;
  readonly path: readonly Message[];
  readonly model: Model | undefined;
  /** The question that is being edited. */
  readonly editing: Signal<string | undefined>;
}

/** So near to the end counts as at the end. */
const NEAR = 48;

export function MessageList({ conversation, path, model, editing }: MessageListProps): VNode {
  const { t } = useApp();
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const away = useSignal(false);

  const toEnd = (): void => {
    following.current = true;
    away.value = false;
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  // Where the user reads further up, nothing moves under their eyes.
  useLayoutEffect(() => {
    if (following.current) toEnd();
  });
  const last = path.findLast(({ role }) => role === "user")?.id;
  // A new question is always shown.
  useLayoutEffect(toEnd, [conversation.id, last]);

  return (
    <div class="scroller">
      <section
        class="messages"
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t.value.chat.messages}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          following.current = scrollHeight - scrollTop - clientHeight < NEAR;
          away.value = !following.current;
        }}
      >
        <div class="column">
          {path.map((message) =>
            message.role === "user" ? (
              <QuestionMessage key={message.id} question={message} model={model} editing={editing} />
            ) : (
              <AnswerMessage key={message.id} answer={message} model={model} />
            ),
          )}
        </div>
      </section>
      {away.value && <IconButton icon="down" class="to-end" label={t.value.chat.toLatest} onClick={toEnd} />}
    </div>
  );
}
