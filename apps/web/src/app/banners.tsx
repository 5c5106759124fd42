import type { VNode } from "preact";
import { KeyField } from "../dialogs/key-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { useApp } from "./app.ts";

/** What concerns the whole page: no connection, no key, a slow backend, a browser that keeps nothing. */
export function Banners(): VNode {
  const { t, server, store } = useApp();
  const text = t.value.notice;
  const connection = server.connection.value;
  const slow = server.models.value?.find(({ loaded }) => loaded?.backend === "reference");
  return (
    <div class="banners">
      {connection === "down" && (
        <p class="banner warning" role="alert">
          <Icon name="warning" />
          <span>{text.disconnected}</span>
          <button type="button" class="link" onClick={() => void server.refresh()}>
            {t.value.app.retry}
          </button>
        </p>
      )}
      {connection === "locked" && (
        <div class="banner">
          <div>
            <strong>{t.value.settings.keyTitle}</strong>
            <p>{t.value.settings.keyBody}</p>
            <KeyField />
          </div>
        </div>
      )}
      {slow && (
        <details class="banner">
          <summary>
            <Icon name="info" />
            <span>{text.reference}</span>
          </summary>
          <ul>
            {slow.loaded?.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
      {!store.lasting && (
        <p class="banner">
          <Icon name="info" />
          <span>{text.storage}</span>
        </p>
      )}
    </div>
  );
}
