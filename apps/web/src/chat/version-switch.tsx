import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import type { Message } from "../conversation/message.ts";
import { latestLeaf, versions } from "../conversation/tree.ts";
import { IconButton } from "../ui/icon-button.tsx";

/** Moves between the versions of a message that was edited or answered again. */
export function VersionSwitch({ message }: { readonly message: Message }): VNode | null {
  const { t, conversations } = useApp();
  const tree = conversations.messages(message.conversation).value;
  const all = versions(tree, message);
  if (all.length < 2) return null;
  const index = all.findIndex(({ id }) => id === message.id);
  const show = (at: number): void => {
    const version = all[at];
    if (version) conversations.update(message.conversation, { head: latestLeaf(tree, version.id) });
  };
  const text = t.value.chat;
  return (
    <fieldset class="versions" aria-label={text.versions(index + 1, all.length)}>
      <IconButton
        icon="left"
        label={text.earlierVersion}
        disabled={index === 0}
        onClick={() => show(index - 1)}
      />
      <span aria-hidden="true">
        {index + 1}/{all.length}
      </span>
      <IconButton
        icon="right"
        label={text.laterVersion}
        disabled={index === all.length - 1}
        onClick={() => show(index + 1)}
      />
    </fieldset>
  );
}
