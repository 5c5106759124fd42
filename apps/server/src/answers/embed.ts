import { ApiError } from "../errors/api-error.ts";
import type { ServerParts } from "../server-parts.ts";

export interface EmbedJob {
  readonly model: string | undefined;
  readonly texts: readonly (string | readonly number[])[];
  /** The length asked for; vectors are never cut to it. */
  readonly dimensions: number | undefined;
  readonly pooling: "mean" | "last" | "cls" | undefined;
  readonly keepAliveMs?: number | undefined;
}

export interface Embedded {
  /** The model's id as the server lists it. */
  readonly id: string;
  readonly vectors: readonly Float32Array[];
  readonly promptTokens: number;
  /** Milliseconds the request waited for the model to load. */
  readonly loadMs: number;
}

/** Vectors of texts, each of length 1. Throws 400 for a model or a number of dimensions that cannot be. */
export async function embed(
  { gate, pool }: ServerParts,
  job: EmbedJob,
  signal: AbortSignal,
): Promise<Embedded> {
  const leave = gate.enter();
  const both = AbortSignal.any([signal, gate.signal]);
  try {
    const lease = await pool.lease(job.model, { signal: both, keepAliveMs: job.keepAliveMs });
    try {
      const pooling = job.pooling && { pooling: job.pooling };
      const { embeddings, usage } = await lease.model.embed(job.texts, { signal: both, ...pooling });
      const width = embeddings[0]?.length ?? 0;
      if (job.dimensions !== undefined && job.dimensions !== width) {
        throw new ApiError(400, `'dimensions': this model's vectors have ${width}, and are not cut.`, {
          param: "dimensions",
          code: "invalid_value",
        });
      }
      const { id } = lease.slot.source;
      return { id, vectors: embeddings, promptTokens: usage.promptTokens, loadMs: lease.loadMs };
    } finally {
      lease.release();
    }
  } finally {
    leave();
  }
}
