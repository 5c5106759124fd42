import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Model } from "../api/models.ts";
import { useApp } from "../app/app.ts";
import { memoryParts } from "../panel/memory-parts.ts";
import { Icon } from "../ui/icon.tsx";
import { Meter } from "../ui/meter.tsx";
import { ModelActions } from "./model-actions.tsx";
import { ModelNotices } from "./model-notices.tsx";

interface ModelRowProps {
  readonly model: Model;
  /** Does something with the server and shows why it failed; says whether it worked. */
  readonly attempt: (work: () => Promise<void>) => Promise<boolean>;
}

export function ModelRow({ model, attempt }: ModelRowProps): VNode {
  const { t, format, server } = useApp();
  const text = t.value.models;
  const { id, state, loaded } = model;
  const whole = model.missing.length === 0;
  useEffect(() => {
    if (whole) server.learn(id);
  }, [id, whole, server]);
  const facts = server.facts.value.get(id);
  const { bytes, parameters, percent } = format.value;
  const context = loaded?.context ?? facts?.modelContext;
  const architecture = loaded?.architecture || facts?.architecture;
  const details: [string, string][] = [];
  if (model.bytes > 0) details.push([text.size, bytes(model.bytes)]);
  if (architecture) details.push([text.architecture, architecture]);
  if (facts?.parameters) details.push([text.parameters, parameters(facts.parameters)]);
  if (facts?.encoding) details.push([text.type, facts.encoding]);
  if (context) details.push([text.context, text.contextValue(format.value.whole(context))]);
  if (loaded) details.push([t.value.panel.backend, loaded.backend]);
  const stateText = {
    loaded: text.loaded,
    loading: text.loading,
    unloading: text.loading,
    unloaded: text.available,
  }[state];
  const inMemory = memoryParts(model, facts).reduce((sum, part) => sum + part.bytes, 0);
  return (
    <li class={`card model ${state}`}>
      <div class="card-head">
        <span class={`dot ${state}`} />
        <h2>{id}</h2>
        <span class="state">{inMemory > 0 ? `${stateText} · ${bytes(inMemory)}` : stateText}</span>
      </div>
      <dl class="details">
        {details.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {state === "loading" && (
        <Meter
          kind="progress"
          label={text.loading}
          text={model.progress === undefined ? text.loading : percent(model.progress)}
          share={model.progress}
        />
      )}
      <ModelNotices model={model} />
      {server.status.value && <ModelActions model={model} attempt={attempt} />}
      {server.status.value && !model.deletable && (
        <p class="quiet small">
          <Icon name="info" /> {text.notDeletable}
        </p>
      )}
    </li>
  );
}
