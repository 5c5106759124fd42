import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { ChatView } from "../chat/chat-view.tsx";
import { SettingsDialog } from "../dialogs/settings-dialog.tsx";
import { ShortcutsDialog } from "../dialogs/shortcuts-dialog.tsx";
import { ModelsView } from "../models/models-view.tsx";
import { Sidebar } from "../sidebar/sidebar.tsx";
import { useApp } from "./app.ts";
import { Banners } from "./banners.tsx";
import { listenToKeys } from "./keyboard.ts";

/** The whole page. */
export function Page(): VNode {
  const app = useApp();
  const { t, route, dialog, sidebar, announcer, preferences } = app;
  const theme = preferences.theme.value;
  const language = preferences.language.value;
  useEffect(() => listenToKeys(window, app), [app]);
  useEffect(() => {
    const { documentElement } = document;
    documentElement.lang = language;
    if (theme === "system") delete documentElement.dataset.theme;
    else documentElement.dataset.theme = theme;
  }, [theme, language]);
  // On a narrow window the list of conversations has done its work once something was chosen in it.
  useEffect(
    () =>
      route.subscribe(() => {
        sidebar.value = false;
      }),
    [route, sidebar],
  );
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("message")?.focus()}>
        {t.value.app.skip}
      </button>
      <div class="page">
        <Sidebar />
        {sidebar.value && <div class="veil" onClick={() => (sidebar.value = false)} aria-hidden="true" />}
        <div class="content">
          <Banners />
          {route.value.view === "models" ? <ModelsView /> : <ChatView />}
        </div>
      </div>
      {dialog.value === "settings" && <SettingsDialog />}
      {dialog.value === "shortcuts" && <ShortcutsDialog />}
      <p class="hidden" role="status" aria-live="polite">
        {announcer.text.value}
      </p>
    </>
  );
}
