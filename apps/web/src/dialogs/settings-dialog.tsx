import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { asJson } from "../conversation/export.ts";
import { LANGUAGES } from "../i18n/i18n.ts";
import { Choice } from "../ui/choice.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { saveFile } from "../ui/save-file.ts";
import { KeyField } from "./key-field.tsx";

export function SettingsDialog(): VNode {
  const { t, preferences, conversations, answers, server, dialog, go } = useApp();
  const deleting = useSignal(false);
  const text = t.value.settings;
  const close = (): void => {
    dialog.value = undefined;
  };
  const exportAll = async (): Promise<void> => {
    const all = conversations.all.peek().map(async (conversation) => ({
      conversation,
      messages: [...(await conversations.ready(conversation.id)).peek().values()],
    }));
    saveFile("conversations.json", asJson(await Promise.all(all)), "application/json");
  };
  const deleteAll = (): void => {
    for (const { stop } of answers.running.peek().values()) stop();
    void conversations.clear();
    go({ view: "chat", conversation: undefined });
  };
  const none = conversations.all.value.length === 0;
  const version = server.status.value?.version;
  return (
    <Dialog title={text.title} onClose={close}>
      <Choice
        label={text.theme}
        options={{ system: text.system, light: text.light, dark: text.dark }}
        value={preferences.theme.value}
        onChange={(theme) => {
          preferences.theme.value = theme;
        }}
      />
      <Choice
        label={text.language}
        options={LANGUAGES}
        value={preferences.language.value}
        onChange={(language) => {
          preferences.language.value = language;
        }}
      />
      <KeyField />
      <fieldset>
        <legend>{text.conversations}</legend>
        <div class="row">
          <button type="button" class="button" disabled={none} onClick={() => void exportAll()}>
            {text.exportAll}
          </button>
          <button
            type="button"
            class="button danger"
            disabled={none}
            onClick={() => {
              deleting.value = true;
            }}
          >
            {text.deleteAll}
          </button>
        </div>
      </fieldset>
      <footer class="row quiet small">
        <button
          type="button"
          class="link"
          onClick={() => {
            dialog.value = "shortcuts";
          }}
        >
          {text.shortcuts}
        </button>
        <span class="spacer" />
        {version && <span>{text.version(version)}</span>}
      </footer>
      {deleting.value && (
        <Confirm
          title={text.deleteAllTitle}
          body={text.deleteAllBody}
          onConfirm={deleteAll}
          onClose={() => {
            deleting.value = false;
          }}
        />
      )}
    </Dialog>
  );
}
