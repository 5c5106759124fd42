import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation } from "../conversation/message.ts";
import { Icon } from "../ui/icon.tsx";

interface EmptyChatProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
}

/** What a new conversation shows: a few ways to begin, or the way to a first model. */
export function EmptyChat({ conversation, model }: EmptyChatProps): VNode {
  const { t, server, answers, go } = useApp();
  const text = t.value.chat;
  if (server.models.value && !model) {
    return (
      <div class="empty">
        <span class="empty-mark">
          <Icon name="cube" />
        </span>
        <h1>{text.noModelTitle}</h1>
        <p class="quiet">{text.noModelBody}</p>
        <a class="button primary" href="#/models">
          {text.goToModels}
        </a>
      </div>
    );
  }
  const ask = (prompt: string): void => {
    void answers.ask({
      conversation: conversation.id,
      text: prompt,
      parent: undefined,
      model: model?.id ?? "",
    });
    go({ view: "chat", conversation: conversation.id }, { replace: true });
  };
  return (
    <div class="empty">
      <h1>{text.emptyTitle}</h1>
      <p class="quiet">{model?.loaded?.chat === false ? text.rawNotice : text.emptyBody}</p>
      {model?.loaded?.chat !== false && (
        <ul class="ideas">
          {text.ideas.map(({ title, prompt }) => (
            <li key={title}>
              <button type="button" onClick={() => ask(prompt)}>
                <strong>{title}</strong>
                <span>{prompt}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
