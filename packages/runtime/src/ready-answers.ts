import type { Request } from "./request.ts";

/** A grammar's thread answers within a millisecond, unless it makes another grammar. */
const LEAST_MS = 5;

/**
 * Those of the running answers whose next token can be chosen. A grammar that is slow holds up its own answer: others
 * wait for it no longer than a step takes, and go on without it.
 */
export async function readyAnswers(
  running: readonly Request[],
  { stepMs }: { readonly stepMs: number },
): Promise<readonly Request[]> {
  const pending = running.flatMap(({ answer }) => answer.mask.pending ?? []);
  if (pending.length === 0) return running;
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(LEAST_MS, stepMs));
  });
  await Promise.race([Promise.all(pending), enough]);
  clearTimeout(timer);
  return running.filter(({ answer }) => !answer.mask.pending);
}
