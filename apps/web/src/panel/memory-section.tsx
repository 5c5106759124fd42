import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { memoryParts } from "./memory-parts.ts";

/** What the model takes, part by part, and the whole server beside it. */
export function MemorySection({ model }: { readonly model: Model | undefined }): VNode {
  const { t, format, server } = useApp();
  const text = t.value.memory;
  const { bytes, percent } = format.value;
  const id = model?.loaded ? model.id : undefined;
  useEffect(() => {
    if (id !== undefined) server.learn(id);
  }, [id, server]);
  const parts = memoryParts(model, id === undefined ? undefined : server.facts.value.get(id));
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  const memory = server.status.value?.memory;
  const used = model?.loaded?.kvUsed;
  return (
    <section>
      <h3>{t.value.panel.memory}</h3>
      {parts.length === 0 ? (
        <p class="quiet small">{text.none}</p>
      ) : (
        <>
          <div class="stack" aria-hidden="true">
            {parts.map((part) => (
              <span key={part.name} class={part.name} style={{ flexGrow: part.bytes / total }} />
            ))}
          </div>
          <dl class="facts">
            {parts.map((part) => (
              <div key={part.name}>
                <dt>
                  <span class={`swatch ${part.name}`} />
                  {text[part.name]}
                </dt>
                <dd>
                  {part.name === "kv" && used !== undefined
                    ? text.kvUsed(bytes(part.bytes), percent(used))
                    : bytes(part.bytes)}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {memory && (
        <dl class="facts">
          <div>
            <dt>{text.process}</dt>
            <dd>{bytes(memory.rss)}</dd>
          </div>
          {memory.budget !== undefined && (
            <div>
              <dt>{text.budgetLabel}</dt>
              <dd>{text.budget(bytes(memory.models), bytes(memory.budget))}</dd>
            </div>
          )}
        </dl>
      )}
    </section>
  );
}
