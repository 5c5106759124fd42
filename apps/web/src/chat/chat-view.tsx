import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useBranch, useConversation, useModel } from "../app/current.ts";
import { Panel } from "../panel/panel.tsx";
import { Composer } from "./composer.tsx";
import { EmptyChat } from "./empty-chat.tsx";
import { MessageList } from "./message-list.tsx";
import { TopBar } from "./top-bar.tsx";

/** A conversation: its messages, the field to write in, and the panel of details. */
export function ChatView(): VNode {
  const { t, preferences, announcer } = useApp();
  const conversation = useConversation();
  const model = useModel(conversation);
  const path = useBranch(conversation);
  const editing = useSignal<string | undefined>(undefined);
  const empty = path.length === 0;
  // An edit belongs to the conversation it began in.
  useEffect(() => {
    editing.value = undefined;
    if (empty) announcer.say(t.peek().live.newConversation);
  }, [conversation.id]);
  return (
    <div class="chat">
      <main class="conversation" aria-label={t.value.chat.label}>
        {!empty && <h1 class="hidden">{conversation.title || t.value.sidebar.untitled}</h1>}
        <TopBar conversation={conversation} model={model} />
        {empty ? (
          <EmptyChat conversation={conversation} model={model} />
        ) : (
          <MessageList conversation={conversation} path={path} model={model} editing={editing} />
        )}
        <Composer
          key={conversation.id}
          conversation={conversation}
          model={model}
          onEditLast={() => {
            editing.value = path.findLast(({ role }) => role === "user")?.id;
          }}
        />
      </main>
      {preferences.panel.value === "open" && <Panel conversation={conversation} model={model} path={path} />}
    </div>
  );
}
