import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { routeHash } from "../app/route.ts";
import type { Conversation } from "../conversation/message.ts";
import { ConversationMenu } from "./conversation-menu.tsx";

export function ConversationItem({ conversation }: { readonly conversation: Conversation }): VNode {
  const { t, route, conversations, answers } = useApp();
  const renaming = useSignal(false);
  const { id } = conversation;
  const title = conversation.title || t.value.sidebar.untitled;
  const at = route.value;
  const current = at.view === "chat" && at.conversation === id;

  if (renaming.value) {
    const rename = (field: HTMLInputElement): void => {
      const next = field.value.trim();
      renaming.value = false;
      if (next !== "") conversations.update(id, { title: next });
    };
    return (
      <li>
        <input
          class="rename"
          aria-label={t.value.sidebar.renameLabel}
          defaultValue={title}
          ref={(field) => field?.select()}
          onBlur={(event) => rename(event.currentTarget)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "Enter") rename(event.currentTarget);
            if (event.key === "Escape") renaming.value = false;
          }}
        />
      </li>
    );
  }
  return (
    <li class={current ? "current" : undefined}>
      <a
        class="nav-item"
        href={routeHash({ view: "chat", conversation: id })}
        aria-current={current ? "page" : undefined}
        title={title}
      >
        <span class="title">{title}</span>
        {answers.running.value.has(id) && (
          <span class="pulse" role="img" aria-label={t.value.sidebar.answering} />
        )}
      </a>
      <ConversationMenu
        conversation={conversation}
        title={title}
        onRename={() => {
          renaming.value = true;
        }}
      />
    </li>
  );
}
