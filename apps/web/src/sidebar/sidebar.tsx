import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { ConversationList } from "./conversation-list.tsx";

/** The conversations, and the way to models and settings. */
export function Sidebar(): VNode {
  const { t, route, dialog, sidebar } = useApp();
  const search = useSignal("");
  const text = t.value;
  return (
    <nav class={`sidebar ${sidebar.value ? "open" : ""}`} id="sidebar" aria-label={text.sidebar.label}>
      <div class="brand">
        <img src="./icon.svg" alt="" width="26" height="26" />
        <span>{text.app.name}</span>
        <IconButton
          icon="close"
          class="narrow-only"
          label={text.app.closeSidebar}
          onClick={() => {
            sidebar.value = false;
          }}
        />
      </div>
      <a class="button new-chat" href="#/">
        <Icon name="plus" />
        {text.sidebar.newChat}
      </a>
      <label class="search">
        <Icon name="search" />
        <span class="hidden">{text.sidebar.search}</span>
        <input
          id="search"
          type="search"
          autoComplete="off"
          placeholder={text.sidebar.search}
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value;
          }}
        />
      </label>
      <ConversationList search={search.value} />
      <div class="sidebar-foot">
        <a href="#/models" class="nav-item" aria-current={route.value.view === "models" ? "page" : undefined}>
          <Icon name="cube" />
          {text.sidebar.models}
        </a>
        <button
          type="button"
          class="nav-item"
          onClick={() => {
            dialog.value = "settings";
          }}
        >
          <Icon name="gear" />
          {text.sidebar.settings}
        </button>
      </div>
    </nav>
  );
}
