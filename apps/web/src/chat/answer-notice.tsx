import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import type { Running } from "../app/answers.ts";
import { useApp } from "../app/app.ts";
import { errorSentence } from "../app/error-sentence.ts";
import type { Answer } from "../conversation/message.ts";
import { Icon } from "../ui/icon.tsx";

interface AnswerNoticeProps {
  readonly answer: Answer;
  /** Set while the answer is on its way. */
  readonly running: Running | undefined;
  readonly model: Model | undefined;
}

/** What there is to say about an answer beside its text: that it is awaited, or why it ended early. */
export function AnswerNotice({ answer, running, model }: AnswerNoticeProps): VNode | null {
  const { t } = useApp();
  const text = t.value.chat;
  if (running?.waits.value) {
    return <Notice tone="warning" text={`${t.value.error.offline} ${text.resendsItself}`} />;
  }
  if (running) {
    if (answer.text !== "" || answer.reasoning !== "" || answer.toolCalls.length > 0) return null;
    const loads = model?.id === answer.model && model.state === "loading";
    const waiting = loads ? text.loadingModel(answer.model) : text.waiting;
    return (
      <p class="waiting quiet">
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class={loads ? undefined : "hidden"}>{waiting}</span>
      </p>
    );
  }
  switch (answer.outcome) {
    case "complete":
      return answer.text === "" && answer.toolCalls.length === 0 ? (
        <Notice tone="info" text={text.empty} />
      ) : null;
    case "length":
      return <Notice tone="info" text={text.cutShort} />;
    case "stopped":
      return <Notice tone="info" text={text.stopped} />;
    case "open":
      return <Notice tone="info" text={text.interrupted} />;
    case "lost":
      return <Notice tone="warning" text={text.lost} />;
    case "failed":
      return <Notice tone="warning" text={answer.error ? errorSentence(t.value, answer.error) : ""} />;
  }
}

function Notice({ tone, text }: { readonly tone: "info" | "warning"; readonly text: string }): VNode {
  return (
    <p class={`notice ${tone}`}>
      <Icon name={tone} />
      <span>{text}</span>
    </p>
  );
}
