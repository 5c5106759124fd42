import type { VNode } from "preact";
import type { Jobs } from "../app/jobs.ts";
import type { IconName } from "../ui/icon.tsx";
import { JobRow, type JobWords } from "./job-row.tsx";

interface JobListProps<Ask> {
  readonly jobs: Jobs<Ask>;
  readonly label: string;
  readonly icon: IconName;
  readonly words: JobWords;
}

/** Long works of one kind; nothing where there are none. */
export function JobList<Ask>({ jobs, label, icon, words }: JobListProps<Ask>): VNode | null {
  const all = jobs.all.value;
  if (all.length === 0) return null;
  return (
    <section aria-label={label}>
      <ul class="cards">
        {all.map((job) => (
          <JobRow key={job.id} job={job} jobs={jobs} icon={icon} words={words} />
        ))}
      </ul>
    </section>
  );
}
