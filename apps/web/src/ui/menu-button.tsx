import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { IconButton } from "./icon-button.tsx";

/** Opens the list of conversations where the window is too narrow for it to stand there. */
export function MenuButton(): VNode {
  const { t, sidebar } = useApp();
  return (
    <IconButton
      icon="menu"
      class="narrow-only"
      label={t.value.app.openSidebar}
      expanded={sidebar.value}
      controls="sidebar"
      onClick={() => {
        sidebar.value = true;
      }}
    />
  );
}
