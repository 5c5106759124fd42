import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { errorSentence } from "../app/error-sentence.ts";
import type { Job, Jobs } from "../app/jobs.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Meter } from "../ui/meter.tsx";

export interface JobWords {
  /** Until the first progress. */
  readonly starting: string;
  readonly stopped: string;
  readonly cancel: (id: string) => string;
}

interface JobRowProps<Ask> {
  readonly job: Job<Ask>;
  readonly jobs: Jobs<Ask>;
  readonly icon: IconName;
  readonly words: JobWords;
}

/** A long work with its progress; it can be stopped, and gone on with. */
export function JobRow<Ask>({ job, jobs, icon, words }: JobRowProps<Ask>): VNode {
  const { t, format } = useApp();
  const text = t.value.models;
  const { id, ask, state, done, total, bytesPerSecond, secondsLeft, error } = job;
  const { bytes, duration } = format.value;
  const running = state === "running";
  const parts = total === 0 ? [words.starting] : [text.progress(bytes(done), bytes(total))];
  if (running && bytesPerSecond > 0) parts.push(text.perSecond(bytes(bytesPerSecond)));
  if (running && secondsLeft !== undefined) parts.push(text.left(duration(secondsLeft * 1000)));
  return (
    <li class="card job-row">
      <div class="card-head">
        <Icon name={icon} />
        <h2>{id}</h2>
        {running ? (
          <button type="button" class="button" aria-label={words.cancel(id)} onClick={() => jobs.stop(id)}>
            {t.value.app.cancel}
          </button>
        ) : (
          <>
            <button type="button" class="button" onClick={() => void jobs.start(id, ask)}>
              {text.resume}
            </button>
            <IconButton icon="close" label={text.dismiss} onClick={() => jobs.dismiss(id)} />
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
      {state === "stopped" && <p class="quiet small">{words.stopped}</p>}
      {error && (
        <p class="notice warning" role="alert">
          <Icon name="warning" />
          <span>{errorSentence(t.value, error)}</span>
        </p>
      )}
    </li>
  );
}
