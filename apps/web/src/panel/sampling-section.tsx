import type { VNode } from "preact";
import type { Sampling } from "../api/chat-request.ts";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import type { Conversation } from "../conversation/message.ts";
import { NumberField } from "./number-field.tsx";
import { SLIDERS, withSampling } from "./sampling-fields.ts";
import { Slider } from "./slider.tsx";
import { ThinkingField } from "./thinking-field.tsx";

interface SamplingSectionProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
}

/** How the next words are drawn. What is not set here is the model's own default. */
export function SamplingSection({ conversation, model }: SamplingSectionProps): VNode {
  const { t, conversations } = useApp();
  const { sampling } = conversation;
  const text = t.value.panel;
  const change = <K extends keyof Sampling>(name: K, value: Sampling[K] | undefined): void =>
    conversations.update(conversation.id, { sampling: withSampling(sampling, name, value) });
  const changed = Object.keys(sampling).length > 0;
  return (
    <section>
      <h3>{text.sampling}</h3>
      {model?.loaded?.thinking && (
        <ThinkingField value={sampling.thinking} onChange={(value) => change("thinking", value)} />
      )}
      {SLIDERS.map((field) => (
        <Slider
          key={field.name}
          field={field}
          label={text[field.name]}
          help={text[`${field.name}Help`]}
          value={sampling[field.name]}
          modelDefault={model?.loaded?.sampling[field.name]}
          onChange={(value) => change(field.name, value)}
        />
      ))}
      <NumberField
        label={text.maxTokens}
        help={text.maxTokensHelp}
        min={1}
        value={sampling.maxTokens}
        onChange={(value) => change("maxTokens", value)}
      />
      <NumberField
        label={text.seed}
        help={text.seedHelp}
        min={0}
        value={sampling.seed}
        onChange={(value) => change("seed", value)}
      />
      <button
        type="button"
        class="button wide"
        disabled={!changed}
        onClick={() => conversations.update(conversation.id, { sampling: {} })}
      >
        {text.resetAll}
      </button>
    </section>
  );
}
