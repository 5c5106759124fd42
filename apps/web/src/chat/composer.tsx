import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { useRunning } from "../app/current.ts";
import type { Conversation } from "../conversation/message.ts";
import { drafts } from "../storage/drafts.ts";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { ContextGauge } from "./context-gauge.tsx";

interface ComposerProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
  readonly onEditLast: () => void;
}

/** The field a message is written in. What is typed survives a reload until it is sent. */
export function Composer({ conversation, model, onEditLast }: ComposerProps): VNode {
  const { t, answers, go, announcer } = useApp();
  const { id, head } = conversation;
  const kept = drafts(window);
  const text = useSignal(kept.read(head === undefined ? "" : id));
  const field = useRef<HTMLTextAreaElement>(null);
  const running = useRunning(id);
  const ready = text.value.trim() !== "" && !running && model !== undefined;

  const write = (next: string): void => {
    text.value = next;
    kept.write(head === undefined ? "" : id, next);
  };
  // The field grows with its text; the style sheet says how far.
  // The text decides the height.
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight}px`;
  }, [text.value]);

  // A new conversation begins with the field, unless a keyboard would jump over a touch screen.
  useEffect(() => {
    if (head === undefined && window.matchMedia("(hover: hover)").matches) field.current?.focus();
  }, [head]);

  const send = (): void => {
    if (!ready) return;
    const question = { conversation: id, text: text.peek().trim(), parent: head, model: model.id };
    write("");
    announcer.say(t.peek().live.answering);
    void answers.ask(question);
    if (head === undefined) go({ view: "chat", conversation: id }, { replace: true });
  };

  return (
    <form
      class="composer column"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="field">
        <textarea
          id="message"
          ref={field}
          rows={1}
          aria-label={t.value.chat.message}
          aria-describedby="message-hint"
          placeholder={model?.loaded?.chat === false ? t.value.chat.placeholderRaw : t.value.chat.placeholder}
          value={text.value}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter that only ends the writing of a Korean syllable sends nothing.
            if (event.isComposing || event.keyCode === 229) return;
            if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              send();
            } else if (event.key === "ArrowUp" && text.value === "" && !running) {
              event.preventDefault();
              onEditLast();
            }
          }}
        />
        {running ? (
          <IconButton icon="stop" class="send" label={t.value.chat.stop} onClick={running.stop} />
        ) : (
          <button
            type="submit"
            class="icon-button send"
            disabled={!ready}
            aria-label={t.value.chat.send}
            title={t.value.chat.send}
          >
            <Icon name="send" />
          </button>
        )}
      </div>
      <div class="under-field">
        <span id="message-hint" class="quiet">
          {t.value.chat.hint}
        </span>
        <ContextGauge conversation={conversation} model={model} />
      </div>
    </form>
  );
}
