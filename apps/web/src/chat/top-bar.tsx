import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation } from "../conversation/message.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { ModelSelect } from "./model-select.tsx";

interface TopBarProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
}

export function TopBar({ conversation, model }: TopBarProps): VNode {
  const { t, preferences } = useApp();
  const open = preferences.panel.value === "open";
  return (
    <header class="top-bar">
      <MenuButton />
      <ModelSelect conversation={conversation} model={model} />
      <span class="spacer" />
      <IconButton
        icon="sliders"
        label={open ? t.value.panel.close : t.value.panel.open}
        expanded={open}
        controls="panel"
        onClick={() => {
          preferences.panel.value = open ? "closed" : "open";
        }}
      />
    </header>
  );
}
