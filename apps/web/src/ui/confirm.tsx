import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { Dialog } from "./dialog.tsx";

interface ConfirmProps {
  readonly title: string;
  readonly body: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is deleted. The safe answer has the focus. */
export function Confirm({ title, body, onConfirm, onClose }: ConfirmProps): VNode {
  const { t } = useApp();
  return (
    <Dialog title={title} onClose={onClose} role="alertdialog">
      <p>{body}</p>
      <div class="dialog-actions">
        {/* biome-ignore lint/a11y/noAutofocus: a dialog moves the focus into itself; this says where to */}
        <button type="button" class="button" autoFocus onClick={onClose}>
          {t.value.app.cancel}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {t.value.app.delete}
        </button>
      </div>
    </Dialog>
  );
}
