import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { asJson, asMarkdown, fileName } from "../conversation/export.ts";
import type { Conversation } from "../conversation/message.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Menu } from "../ui/menu.tsx";
import { saveFile } from "../ui/save-file.ts";

interface ConversationMenuProps {
  readonly conversation: Conversation;
  /** Never empty. */
  readonly title: string;
  readonly onRename: () => void;
}

export function ConversationMenu({ conversation, title, onRename }: ConversationMenuProps): VNode {
  const { t, route, go, conversations, answers } = useApp();
  const deleting = useSignal(false);
  const { id } = conversation;
  const text = t.value.sidebar;

  const saveMarkdown = async (): Promise<void> => {
    const messages = (await conversations.ready(id)).peek();
    saveFile(fileName(title, "md"), asMarkdown(conversation, messages, t.peek()), "text/markdown");
  };
  const saveJson = async (): Promise<void> => {
    const messages = (await conversations.ready(id)).peek();
    saveFile(
      fileName(title, "json"),
      asJson([{ conversation, messages: [...messages.values()] }]),
      "application/json",
    );
  };
  const remove = (): void => {
    answers.running.peek().get(id)?.stop();
    const at = route.peek();
    if (at.view === "chat" && at.conversation === id) go({ view: "chat", conversation: undefined });
    void conversations.remove(id);
  };

  return (
    <>
      <Menu
        label={text.actions(title)}
        items={[
          { label: text.rename, icon: "edit", onSelect: onRename },
          { label: text.exportMarkdown, icon: "download", onSelect: () => void saveMarkdown() },
          { label: text.exportJson, icon: "download", onSelect: () => void saveJson() },
          {
            label: t.value.app.delete,
            icon: "trash",
            danger: true,
            onSelect: () => {
              deleting.value = true;
            },
          },
        ]}
      />
      {deleting.value && (
        <Confirm
          title={text.deleteTitle}
          body={text.deleteBody(title)}
          onConfirm={remove}
          onClose={() => {
            deleting.value = false;
          }}
        />
      )}
    </>
  );
}
