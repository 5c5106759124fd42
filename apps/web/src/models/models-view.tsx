import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { toApiError } from "../api/api-error.ts";
import { useApp } from "../app/app.ts";
import { errorSentence } from "../app/error-sentence.ts";
import { Icon } from "../ui/icon.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { DownloadForm } from "./download-form.tsx";
import { JobList } from "./job-list.tsx";
import { ModelRow } from "./model-row.tsx";

/** The model manager: what is there, what is in memory, what is on its way. */
export function ModelsView(): VNode {
  const { t, server, downloads, quantizing } = useApp();
  const failure = useSignal<string | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  // Who came here by keyboard or screen reader starts at the top.
  useEffect(() => heading.current?.focus(), []);
  const text = t.value.models;
  const models = server.models.value;
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    failure.value = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      failure.value = errorSentence(t.peek(), toApiError(error));
      return false;
    } finally {
      await server.refresh();
    }
  };
  return (
    <main class="models" aria-label={text.label}>
      <div class="column wide">
        <header class="page-head">
          <MenuButton />
          <div>
            <h1 ref={heading} tabIndex={-1}>
              {text.title}
            </h1>
            <p class="quiet">{text.intro}</p>
          </div>
        </header>
        {server.status.value?.management.pull && <DownloadForm />}
        {models && !server.status.value && (
          <p class="notice info">
            <Icon name="info" />
            <span>{text.unmanaged}</span>
          </p>
        )}
        {failure.value !== undefined && (
          <p class="notice warning" role="alert">
            <Icon name="warning" />
            <span>{failure.value}</span>
          </p>
        )}
        <JobList
          jobs={downloads}
          label={text.downloading}
          icon="download"
          words={{ starting: text.starting, stopped: text.downloadStopped, cancel: text.cancelDownload }}
        />
        <JobList
          jobs={quantizing}
          label={text.quantizing}
          icon="cube"
          words={{
            starting: text.quantizeStarting,
            stopped: text.quantizeStopped,
            cancel: text.cancelQuantize,
          }}
        />
        {models?.length === 0 && (
          <div class="empty">
            <span class="empty-mark">
              <Icon name="cube" />
            </span>
            <h2>{text.empty}</h2>
            {server.status.value?.management.pull && <p class="quiet">{text.emptyBody}</p>}
          </div>
        )}
        <ul class="cards">
          {models?.map((model) => (
            <ModelRow key={model.id} model={model} attempt={attempt} />
          ))}
        </ul>
      </div>
    </main>
  );
}
