import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { deleteModel, loadModel, type Model, unloadModel } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { QuantizeDialog } from "./quantize-dialog.tsx";

interface ModelActionsProps {
  readonly model: Model;
  readonly attempt: (work: () => Promise<void>) => Promise<boolean>;
}

export function ModelActions({ model, attempt }: ModelActionsProps): VNode {
  const { t, format, http, server, downloads, announcer, go, preferences } = useApp();
  const deleting = useSignal(false);
  const asked = useSignal(false);
  const quantizing = useSignal(false);
  const text = t.value.models;
  const { id, state, missing } = model;
  const busy = asked.value || state === "loading" || state === "unloading";
  const allowed = server.status.value?.management;

  const act = async (
    work: (http: Parameters<typeof loadModel>[0], id: string) => Promise<void>,
    done: string,
  ) => {
    asked.value = true;
    const request = attempt(() => work(http, id));
    // The state changes while the request is under way; the list should show it.
    setTimeout(() => void server.refresh(), 100);
    if (await request) announcer.say(done);
    asked.value = false;
  };
  const chat = (): void => {
    preferences.model.value = id;
    go({ view: "chat", conversation: undefined });
  };

  return (
    <div class="card-actions">
      {state === "loaded" ? (
        <>
          <button type="button" class="button primary" aria-label={text.chatLabel(id)} onClick={chat}>
            <Icon name="chat" />
            {text.chat}
          </button>
          <button
            type="button"
            class="button"
            disabled={busy}
            aria-label={text.unloadLabel(id)}
            onClick={() => void act(unloadModel, text.unloadedNow(id))}
          >
            {text.unload}
          </button>
        </>
      ) : (
        missing.length === 0 && (
          <button
            type="button"
            class="button"
            disabled={busy}
            aria-label={text.loadLabel(id)}
            onClick={() => void act(loadModel, text.loadedNow(id))}
          >
            {text.load}
          </button>
        )
      )}
      {missing.length > 0 && allowed?.pull && (
        <button type="button" class="button" onClick={() => void downloads.start(id, id)}>
          {text.resume}
        </button>
      )}
      {missing.length === 0 && allowed?.quantize && (
        <button
          type="button"
          class="button"
          aria-label={text.quantizeLabel(id)}
          onClick={() => {
            quantizing.value = true;
          }}
        >
          {text.quantize}
        </button>
      )}
      {quantizing.value && (
        <QuantizeDialog
          model={id}
          onClose={() => {
            quantizing.value = false;
          }}
        />
      )}
      <span class="spacer" />
      {model.deletable && allowed?.delete && (
        <IconButton
          icon="trash"
          label={text.deleteLabel(id)}
          disabled={busy}
          onClick={() => {
            deleting.value = true;
          }}
        />
      )}
      {deleting.value && (
        <Confirm
          title={text.deleteTitle}
          body={(model.isDownloaded ? text.deleteBody : text.deleteCopyBody)(
            id,
            format.value.bytes(model.bytes),
          )}
          onConfirm={() => void act(deleteModel, text.deleted(id))}
          onClose={() => {
            deleting.value = false;
          }}
        />
      )}
    </div>
  );
}
