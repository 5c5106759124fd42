import type { VNode } from "preact";
import type { LoadedModel } from "../api/models.ts";
import { useApp } from "../app/app.ts";

/** What computes, that no graphics card does, and what kept others out (an old driver, memory that did not suffice). */
export function DeviceNotice({ loaded }: { readonly loaded: LoadedModel }): VNode {
  const { t } = useApp();
  const { device, onProcessor, notes } = loaded;
  return (
    <div class="device small quiet">
      <p>
        {device}
        {onProcessor && <> · {t.value.panel.processor}</>}
      </p>
      {notes.length > 0 && (
        <ul aria-label={t.value.models.notes(notes.length)}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
