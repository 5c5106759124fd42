import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation } from "../conversation/message.ts";

interface ModelSelectProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
}

/** Which model answers next; the choice is kept for new conversations too. */
export function ModelSelect({ conversation, model }: ModelSelectProps): VNode {
  const { t, server, preferences, conversations } = useApp();
  const models = (server.models.value ?? []).filter(({ missing }) => missing.length === 0);
  const text = t.value.chat;
  const inMemory = models.filter(({ state }) => state === "loaded");
  const onDisk = models.filter(({ state }) => state !== "loaded");
  const options = (some: readonly Model[]) =>
    some.map(({ id }) => (
      <option key={id} value={id}>
        {id}
      </option>
    ));
  return (
    <label class="model-select">
      <span class={`dot ${model?.state ?? "unloaded"}`} />
      <span class="hidden">{text.chooseModel}</span>
      <select
        value={model?.id ?? ""}
        disabled={models.length === 0}
        onChange={(event) => {
          const { value } = event.currentTarget;
          preferences.model.value = value;
          conversations.update(conversation.id, { model: value });
        }}
      >
        {models.length === 0 && <option value="">{text.noModels}</option>}
        {inMemory.length > 0 && <optgroup label={text.loaded}>{options(inMemory)}</optgroup>}
        {onDisk.length > 0 && <optgroup label={text.onDisk}>{options(onDisk)}</optgroup>}
      </select>
    </label>
  );
}
