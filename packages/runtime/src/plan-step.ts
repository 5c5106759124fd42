import type { CompileOptions } from "@engine/core";
import type { Request } from "./request.ts";
import type { StepPart } from "./run-step.ts";
import { shareRows } from "./share-rows.ts";

export interface StepRules {
  readonly limits: Pick<CompileOptions, "maxTokens" | "maxRows">;
  /** The model keeps a state, which is known to other texts only where a step ended at a block's border. */
  readonly recurrent: boolean;
  readonly sharing: boolean;
  /** Each step reads the weights from files, so it is to have all the rows it can. */
  readonly streamed: boolean;
  /** A text took over places that others had computed. */
  readonly gain: (request: Request, places: number) => void;
}

/**
 * Rows of a step in which several texts take part. More of them are no faster for weights in memory, and every answer's
 * next token comes as late as the step ends.
 */
const SHARED_ROWS = 64;

/** Which rows of which answers the next step takes. */
export function planStep(running: readonly Request[], rules: StepRules): StepPart[] {
  const { limits, recurrent, sharing, streamed, gain } = rules;
  /** What answers of this step are computing: who needs the same waits, and then takes it over. */
  const claimed = new Set<string>();
  const parts: { request: Request; most: number; least: number }[] = [];
  for (const request of running) {
    const { history } = request;
    const most: number[] = [limits.maxTokens];
    if (sharing) {
      const { gained, known } = history.adopt();
      if (gained > 0) gain(request, gained);
      if (recurrent && known > history.sequence.length) most.push(known - history.sequence.length);
      if (!claim(request, claimed)) continue;
      if (recurrent) most.push(...borders(request, limits.maxTokens));
    }
    const chunk = history.chunk(Math.min(...most));
    parts.push({ request, most: chunk.tokens.length, least: chunk.least });
  }
  const wishes = parts.map(({ request, most, least }) => ({
    pending: most,
    least,
    order: request.order,
    served: request.served,
  }));
  const alone = parts.length === 1 || streamed;
  // Every answer has its row, and an image all of its rows.
  const shared = Math.max(SHARED_ROWS, 2 * parts.length, ...parts.map(({ least }) => least));
  const tokens = alone ? limits.maxTokens : Math.min(limits.maxTokens, shared);
  const shares = shareRows(wishes, { tokens, rows: limits.maxRows });
  return parts.flatMap(({ request }, i) => {
    const chunk = request.history.chunk(shares[i]!);
    if (chunk.tokens.length === 0) return [];
    return [{ request, chunk, last: chunk.tokens.length === request.history.pending }];
  });
}

/** Claims the full blocks a text is about to compute; false where another text of this step computes the first of them. */
function claim({ history }: Request, claimed: Set<string>): boolean {
  const { length, blockTokens } = history.sequence;
  const first = Math.floor(length / blockTokens);
  const full = Math.floor((history.length - 1) / blockTokens);
  if (first >= full) return true;
  if (length % blockTokens === 0 && claimed.has(history.key(first))) return false;
  for (let i = first; i < full; i++) claimed.add(history.key(i));
  return true;
}

/** Rows up to the last border of a block within reach: what ends there is known to later texts. */
function borders({ history }: Request, most: number): number[] {
  const { length, blockTokens } = history.sequence;
  const reach = Math.min(history.length - 1, length + most);
  const rows = Math.floor(reach / blockTokens) * blockTokens - length;
  return rows > 0 ? [rows] : [];
}
