import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { useRunning } from "../app/current.ts";
import type { Answer } from "../conversation/message.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { AnswerStats } from "./answer-stats.tsx";
import { Reasoning } from "./reasoning.tsx";
import { ToolCallCard } from "./tool-call-card.tsx";
import { VersionSwitch } from "./version-switch.tsx";

interface AnswerMessageProps {
  readonly answer: Answer;
  readonly model: Model | undefined;
}

export function AnswerMessage({ answer, model }: AnswerMessageProps): VNode {
  const { t, answers } = useApp();
  const running = useRunning(answer.conversation);
  const live = running?.answer === answer.id;
  const text = t.value.chat;
  const again = (): void => {
    const { conversation, parent = "" } = answer;
    void answers.answer({ conversation, parent, model: model?.id ?? answer.model });
  };
  return (
    <article class="message answer" aria-label={answer.model || text.model} aria-busy={live}>
      <h2 class="hidden">{answer.model || text.model}</h2>
      {answer.reasoning !== "" && <Reasoning answer={answer} live={live} />}
      {answer.text !== "" && <Markdown text={answer.text} />}
      {answer.toolCalls.map((call, index) => (
        <ToolCallCard key={call.id || index} call={call} />
      ))}
      <AnswerNotice answer={answer} running={live ? running : undefined} model={model} />
      {!live && (
        <footer class="actions">
          <VersionSwitch message={answer} />
          {answer.text !== "" && <CopyButton text={answer.text} label={text.copy} />}
          <IconButton icon="again" label={text.regenerate} disabled={running !== undefined} onClick={again} />
          <AnswerStats answer={answer} />
        </footer>
      )}
    </article>
  );
}
