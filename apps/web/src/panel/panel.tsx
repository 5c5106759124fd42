import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation, Message } from "../conversation/message.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { MemorySection } from "./memory-section.tsx";
import { SamplingSection } from "./sampling-section.tsx";
import { SpeedSection } from "./speed-section.tsx";

interface PanelProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
  readonly path: readonly Message[];
}

/** The details of a conversation: how the model is asked, how fast it is, what it takes. */
export function Panel({ conversation, model, path }: PanelProps): VNode {
  const { t, preferences, conversations } = useApp();
  const text = t.value.panel;
  return (
    <aside class="panel" id="panel" aria-label={text.label}>
      <div class="panel-head">
        <h2>{text.label}</h2>
        <IconButton
          icon="close"
          class="narrow-only"
          label={text.close}
          onClick={() => {
            preferences.panel.value = "closed";
          }}
        />
      </div>
      <section>
        <h3>
          <label for="system">{text.system}</label>
        </h3>
        <textarea
          id="system"
          rows={4}
          aria-describedby="system-help"
          placeholder={text.systemPlaceholder}
          value={conversation.system}
          onChange={(event) => conversations.update(conversation.id, { system: event.currentTarget.value })}
        />
        <p id="system-help" class="quiet small">
          {text.systemHelp}
        </p>
      </section>
      <SpeedSection conversation={conversation} path={path} model={model} />
      <MemorySection model={model} />
      <SamplingSection conversation={conversation} model={model} />
    </aside>
  );
}
