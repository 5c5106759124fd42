import type { Signal } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Question } from "../conversation/message.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { VersionSwitch } from "./version-switch.tsx";

interface QuestionMessageProps {
  readonly question: Question;
  readonly model: Model | undefined;
  readonly editing: Signal<string | undefined>;
}

export function QuestionMessage({ question, model, editing }: QuestionMessageProps): VNode {
  const { t, answers } = useApp();
  const text = t.value.chat;
  const busy = answers.running.value.has(question.conversation);
  return (
    <article class="message question" aria-label={text.you}>
      <h2 class="hidden">{text.you}</h2>
      {editing.value === question.id ? (
        <QuestionEditor question={question} model={model} onClose={() => (editing.value = undefined)} />
      ) : (
        <>
          <div class="bubble">{question.text}</div>
          <footer class="actions">
            <VersionSwitch message={question} />
            <CopyButton text={question.text} label={text.copy} />
            <IconButton
              icon="edit"
              label={text.edit}
              disabled={busy}
              onClick={() => (editing.value = question.id)}
            />
          </footer>
        </>
      )}
    </article>
  );
}

interface QuestionEditorProps {
  readonly question: Question;
  readonly model: Model | undefined;
  readonly onClose: () => void;
}

/** The old question stays as an earlier version. */
function QuestionEditor({ question, model, onClose }: QuestionEditorProps): VNode {
  const { t, answers } = useApp();
  const field = useRef<HTMLTextAreaElement>(null);
  const { conversation, parent } = question;
  const close = (): void => {
    onClose();
    document.getElementById("message")?.focus();
  };
  const send = (): void => {
    const text = field.current?.value.trim() ?? "";
    if (text === "") return;
    close();
    void answers.ask({ conversation, text, parent, model: model?.id ?? "" });
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={(element) => {
          if (element && !field.current)
            element.setSelectionRange(element.value.length, element.value.length);
          field.current = element;
        }}
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to write here
        autoFocus
        aria-label={t.value.chat.editLabel}
        defaultValue={question.text}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            send();
          }
          if (event.key === "Escape") {
            event.stopPropagation();
            close();
          }
        }}
      />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close}>
          {t.value.app.cancel}
        </button>
        <button type="submit" class="button primary">
          {t.value.chat.resend}
        </button>
      </div>
    </form>
  );
}
