import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { Icon } from "../ui/icon.tsx";

/** What a user should know of a model: why it is not there, why it failed, why it is slow. */
export function ModelNotices({ model }: { readonly model: Model }): VNode | null {
  const { t } = useApp();
  const notes = model.loaded?.notes ?? [];
  return (
    <>
      {model.missing.length > 0 && (
        <p class="notice warning">
          <Icon name="warning" />
          <span>{t.value.models.missing(model.missing.slice(0, 3).join(", "), model.missing.length)}</span>
        </p>
      )}
      {model.error !== undefined && (
        <p class="notice warning">
          <Icon name="warning" />
          <span>{model.error}</span>
        </p>
      )}
      {notes.length > 0 && (
        <details class="notes">
          <summary>{t.value.models.notes(notes.length)}</summary>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
