import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { Icon } from "../ui/icon.tsx";
import { hubId } from "./hub-id.ts";

/** Where the name of a hub model, or its address, is typed. */
export function DownloadForm(): VNode {
  const { t, downloads } = useApp();
  const name = useSignal("");
  const wrong = useSignal(false);
  const text = t.value.models;
  return (
    <form
      class="download"
      onSubmit={(event) => {
        event.preventDefault();
        const id = hubId(name.value);
        wrong.value = id === undefined;
        if (id === undefined) return;
        name.value = "";
        void downloads.start(id, id);
      }}
    >
      <label for="download">{text.downloadTitle}</label>
      <div class="field-row">
        <input
          id="download"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          placeholder={text.downloadPlaceholder}
          aria-label={text.downloadLabel}
          aria-invalid={wrong.value}
          aria-describedby={wrong.value ? "download-wrong" : undefined}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button primary" disabled={name.value.trim() === ""}>
          <Icon name="download" />
          {text.download}
        </button>
      </div>
      {wrong.value && (
        <p id="download-wrong" class="notice warning" role="alert">
          <Icon name="warning" />
          <span>{text.downloadInvalid}</span>
        </p>
      )}
    </form>
  );
}
