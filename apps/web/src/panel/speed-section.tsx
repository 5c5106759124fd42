import type { VNode } from "preact";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { useRunning } from "../app/current.ts";
import type { Conversation, Message } from "../conversation/message.ts";
import { DeviceNotice } from "./device-notice.tsx";

interface SpeedSectionProps {
  readonly conversation: Conversation;
  readonly path: readonly Message[];
  readonly model: Model | undefined;
}

/** How fast the last answer came, or the one that is coming. */
export function SpeedSection({ conversation, path, model }: SpeedSectionProps): VNode {
  const { t, format } = useApp();
  const text = t.value.panel;
  const { rate, duration } = format.value;
  const running = useRunning(conversation.id);
  const live = running?.rate.value ?? 0;
  const last = path.findLast((message) => message.role === "assistant" && message.timings !== undefined);
  const timings = last?.role === "assistant" ? last.timings : undefined;
  const measured = timings?.tokensPerSecond;
  return (
    <section>
      <h3>{text.speed}</h3>
      <dl class="facts">
        <div>
          <dt>{text.rate}</dt>
          <dd>{live > 0 ? `≈ ${rate(live)}` : measured === undefined ? text.noAnswer : rate(measured)}</dd>
        </div>
        <div>
          <dt>{text.ttft}</dt>
          <dd>{timings?.ttftMs === undefined ? text.noAnswer : duration(timings.ttftMs)}</dd>
        </div>
        {model?.loaded && (
          <div>
            <dt>{text.backend}</dt>
            <dd>{model.loaded.backend}</dd>
          </div>
        )}
      </dl>
      {model?.loaded && <DeviceNotice loaded={model.loaded} />}
    </section>
  );
}
