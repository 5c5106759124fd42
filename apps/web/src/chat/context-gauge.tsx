import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { useBranch } from "../app/current.ts";
import { tokensInContext } from "../conversation/context-use.ts";
import type { Conversation } from "../conversation/message.ts";
import { Meter } from "../ui/meter.tsx";

interface ContextGaugeProps {
  readonly conversation: Conversation;
  readonly model: Model | undefined;
}

const NEARLY_FULL = 0.85;

/** How much of the model's context the conversation takes, as of its last answer. */
export function ContextGauge({ conversation, model }: ContextGaugeProps): VNode | null {
  const { t, format } = useApp();
  const used = tokensInContext(useBranch(conversation));
  const size = model?.loaded?.context;
  if (used === undefined || !size) return null;
  const { whole } = format.value;
  const text = t.value.context;
  const value = text.value(whole(used), whole(size));
  const full = used / size > NEARLY_FULL;
  return (
    <span class="gauge" title={full ? text.nearlyFull : `${text.label}: ${value}`}>
      <Meter
        kind="meter"
        label={text.label}
        text={full ? `${value}. ${text.nearlyFull}` : value}
        share={used / size}
        tone={full ? "warning" : "accent"}
      />
      <span aria-hidden="true">{value}</span>
    </span>
  );
}
