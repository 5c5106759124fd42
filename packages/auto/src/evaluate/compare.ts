import { EngineError, type Watch } from "@engine/core";
import type { Model } from "../model.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { Surprise } from "./surprise.ts";

export interface Comparison {
  /** Kullback-Leibler divergence of the second model's prediction from the first's, in nats, over all positions. */
  readonly kl: { readonly mean: number; readonly median: number; readonly p99: number; readonly max: number };
  /** Share of positions where both find the same token most likely. */
  readonly topAgreement: number;
  /** Of the first model and of the second. */
  readonly perplexity: readonly [number, number];
  /** Tokens that were predicted. */
  readonly tokens: number;
  readonly pieces: number;
}

/** One model's logits of a whole piece are kept while the other reads it. */
const MOST_BYTES = 2 ** 30;

/**
 * How far the second model's predictions are from those of the first, which is the one to be like. Both must have the
 * same tokens. Throws `bad-option` where they have not, or a piece is too long to keep; else what `logits` throws.
 */
export async function compareModels(
  first: Pick<Model, "logits" | "vocab" | "name">,
  second: Pick<Model, "logits" | "vocab" | "name">,
  { pieces, signal, onProgress }: Watch & { readonly pieces: readonly (readonly number[])[] },
): Promise<Comparison> {
  const { vocab } = first;
  if (second.vocab !== vocab) {
    throw new EngineError(
      "bad-option",
      `${first.name} predicts ${vocab} tokens and ${second.name} ${second.vocab}; only models of one vocabulary can be compared.`,
    );
  }
  const longest = Math.max(0, ...pieces.map((ids) => ids.length));
  if (longest * vocab * 4 > MOST_BYTES) {
    throw new EngineError(
      "bad-option",
      `The logits of a piece of ${longest} tokens over ${vocab} tokens take ${longest * vocab * 4} bytes, over the limit of ${MOST_BYTES}; give a context of at most ${Math.floor(MOST_BYTES / vocab / 4)}.`,
    );
  }
  const kept = new Float32Array(longest * vocab);
  const lse = new Float64Array(longest);
  const total = pieces.reduce((sum, ids) => sum + 2 * ids.length, 0);
  const surprises = [new Surprise(), new Surprise()] as const;
  const divergences: number[] = [];
  let [before, agreed] = [0, 0];
  const watch = {
    onProgress: (done: number) => onProgress?.(before + done, total, "reading"),
    ...(signal && { signal }),
  };
  for (const ids of pieces) {
    await first.logits(ids, {
      ...watch,
      onRow(position, logits) {
        const next = ids[position + 1];
        if (next === undefined) return;
        kept.set(logits, position * vocab);
        lse[position] = logSumExp(logits);
        surprises[0].add(lse[position]! - logits[next]!);
      },
    });
    before += ids.length;
    await second.logits(ids, {
      ...watch,
      onRow(position, logits) {
        const next = ids[position + 1];
        if (next === undefined) return;
        const own = { logits, lse: logSumExp(logits) };
        const other = {
          logits: kept.subarray(position * vocab, (position + 1) * vocab),
          lse: lse[position]!,
        };
        surprises[1].add(own.lse - logits[next]!);
        const { kl, sameTop } = divergence(other, own);
        divergences.push(kl);
        if (sameTop) agreed++;
      },
    });
    before += ids.length;
  }
  if (divergences.length === 0) {
    throw new EngineError("bad-option", "A comparison needs a piece of at least two tokens.");
  }
  const sorted = Float64Array.from(divergences).sort();
  const count = sorted.length;
  return {
    kl: {
      mean: sorted.reduce((sum, kl) => sum + kl, 0) / count,
      median: sorted[Math.floor((count - 1) * 0.5)]!,
      p99: sorted[Math.ceil((count - 1) * 0.99)]!,
      max: sorted[count - 1]!,
    },
    topAgreement: agreed / count,
    perplexity: [surprises[0].perplexity, surprises[1].perplexity],
    tokens: count,
    pieces: pieces.length,
  };
}

interface Prediction {
  readonly logits: Float32Array;
  readonly lse: number;
}

/** Σ p (ln p - ln q), and whether the largest of both is the same; of equals the first counts. */
function divergence(p: Prediction, q: Prediction): { kl: number; sameTop: boolean } {
  let [kl, topP, topQ] = [0, 0, 0];
  for (let i = 0; i < p.logits.length; i++) {
    const [a, b] = [p.logits[i]!, q.logits[i]!];
    if (a > p.logits[topP]!) topP = i;
    if (b > q.logits[topQ]!) topQ = i;
    const logP = a - p.lse;
    const weight = Math.exp(logP);
    // A token of no probability adds nothing, even where a logit is minus infinity.
    if (weight > 0) kl += weight * (logP - (b - q.lse));
  }
  // Rounding may leave equal predictions a hair below zero.
  return { kl: Math.max(0, kl), sameTop: topP === topQ };
}
