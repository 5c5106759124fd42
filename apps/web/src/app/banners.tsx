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
      {slow && <SlowBackend notes={slow.loaded?.notes ?? []} />}
      {!store.lasting && (
        <p class="banner">
          <Icon name="info" />
          <span>{text.storage}</span>
        </p>
      )}
    </div>
  );
}

/** Opens to the reasons, where the server gave any. */
function SlowBackend({ notes }: { readonly notes: readonly string[] }): VNode {
  const { t } = useApp();
  const told = (
    <>
      <Icon name="info" />
      <span>{t.value.notice.reference}</span>
    </>
  );
  if (notes.length === 0) return <p class="banner">{told}</p>;
  return (
    <details class="banner">
      <summary>{told}</summary>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
