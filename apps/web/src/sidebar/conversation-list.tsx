import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { ConversationItem } from "./conversation-item.tsx";
import { type Day, groupByDay } from "./group-by-day.ts";

export function ConversationList({ search }: { readonly search: string }): VNode {
  const { t, conversations } = useApp();
  const wanted = search.trim().toLowerCase();
  const all = conversations.all.value;
  const found = all.filter(({ title }) => title.toLowerCase().includes(wanted));
  if (found.length === 0) {
    return (
      <p class="quiet list-empty">{all.length === 0 ? t.value.sidebar.empty : t.value.sidebar.noneFound}</p>
    );
  }
  return (
    <div class="conversations">
      {groupByDay(found, new Date()).map((group) => (
        <Group key={group.day} day={group.day}>
          {group.conversations.map((conversation) => (
            <ConversationItem key={conversation.id} conversation={conversation} />
          ))}
        </Group>
      ))}
    </div>
  );
}

function Group({ day, children }: { readonly day: Day; readonly children: VNode[] }): VNode {
  const { t } = useApp();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{t.value.sidebar[day]}</h2>
      <ul>{children}</ul>
    </section>
  );
}
