import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../app/app.ts";

/** The server's key; it is tried as soon as it is entered. */
export function KeyField(): VNode {
  const { t, preferences, server } = useApp();
  const id = useId();
  const text = t.value.settings;
  return (
    <div class="labelled">
      <label for={id}>{text.key}</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        aria-describedby={`${id}-help`}
        value={preferences.key.value}
        onChange={(event) => {
          preferences.key.value = event.currentTarget.value.trim();
          void server.refresh();
        }}
      />
      <p id={`${id}-help`} class="quiet small">
        {text.keyHelp}
      </p>
    </div>
  );
}
