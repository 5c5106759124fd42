import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import type { QuantizeAsk, QuantizeType } from "../api/quantize.ts";
import { useApp } from "../app/app.ts";
import { Choice } from "../ui/choice.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";

interface QuantizeDialogProps {
  readonly model: string;
  readonly onClose: () => void;
}

/** What the server takes as a model's name in its folder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Asks for the type and the name of a smaller copy, and begins it. */
export function QuantizeDialog({ model, onClose }: QuantizeDialogProps): VNode {
  const { t, quantizing, server } = useApp();
  const text = t.value.models;
  const type = useSignal<QuantizeType>("int4");
  const embeddings = useSignal<QuantizeAsk["embeddings"]>("keep");
  const typed = useSignal<string | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const id = useId();
  const own = model
    .split("/")
    .at(-1)!
    .replace(/[^A-Za-z0-9._-]/g, "-");
  const name = typed.value ?? `${own}-${type.value}`;
  const begin = (): void => {
    const taken = server.models.value?.some((one) => one.id === name);
    wrong.value = NAME.test(name) ? (taken ? text.quantizeTaken(name) : undefined) : text.quantizeInvalid;
    if (wrong.value !== undefined) return;
    const ask = { model, name, type: type.value, embeddings: embeddings.value };
    void quantizing.start(name, ask);
    onClose();
  };
  return (
    <Dialog title={text.quantizeTitle(model)} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <Choice
          label={text.quantizeType}
          options={{ int4: text.int4, int8: text.int8 }}
          value={type.value}
          onChange={(value) => {
            type.value = value;
          }}
        />
        <Choice
          label={text.quantizeEmbeddings}
          options={{ keep: text.keep, int8: text.int8 }}
          value={embeddings.value}
          onChange={(value) => {
            embeddings.value = value;
          }}
        />
        <div class="labelled">
          <label for={id}>{text.quantizeName}</label>
          <input
            id={id}
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            aria-invalid={wrong.value !== undefined}
            aria-describedby={wrong.value === undefined ? `${id}-help` : `${id}-wrong`}
            value={name}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
          <p id={`${id}-help`} class="quiet small">
            {text.quantizeHelp}
          </p>
        </div>
        {wrong.value !== undefined && (
          <p id={`${id}-wrong`} class="notice warning" role="alert">
            <Icon name="warning" />
            <span>{wrong.value}</span>
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t.value.app.cancel}
          </button>
          <button type="submit" class="button primary">
            {text.quantize}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
