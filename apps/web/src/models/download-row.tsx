import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import type { Download } from "../app/downloads.ts";
import { errorSentence } from "../app/error-sentence.ts";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Meter } from "../ui/meter.tsx";

export function DownloadRow({ download }: { readonly download: Download }): VNode {
  const { t, format, downloads } = useApp();
  const text = t.value.models;
  const { id, state, done, total, bytesPerSecond, secondsLeft, error } = download;
  const { bytes, duration } = format.value;
  const running = state === "running";
  const parts = total === 0 ? [text.starting] : [text.progress(bytes(done), bytes(total))];
  if (running && bytesPerSecond > 0) parts.push(text.perSecond(bytes(bytesPerSecond)));
  if (running && secondsLeft !== undefined) parts.push(text.left(duration(secondsLeft * 1000)));
  return (
    <li class="card download-row">
      <div class="card-head">
        <Icon name="download" />
        <h2>{id}</h2>
        {running ? (
          <button
            type="button"
            class="button"
            aria-label={text.cancelDownload(id)}
            onClick={() => downloads.stop(id)}
          >
            {t.value.app.cancel}
          </button>
        ) : (
          <>
            <button type="button" class="button" onClick={() => void downloads.start(id)}>
              {text.resume}
            </button>
            <IconButton icon="close" label={text.dismiss} onClick={() => downloads.dismiss(id)} />
          </>
        )}
      </div>
      <Meter
        kind="progress"
        label={id}
        text={parts.join(", ")}
        share={total === 0 ? (running ? undefined : 0) : done / total}
      />
      {state !== "failed" && <p class="quiet small numbers">{parts.join(" · ")}</p>}
      {state === "stopped" && <p class="quiet small">{text.downloadStopped}</p>}
      {error && (
        <p class="notice warning" role="alert">
          <Icon name="warning" />
          <span>{errorSentence(t.value, error)}</span>
        </p>
      )}
    </li>
  );
}
