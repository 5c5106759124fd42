import { logSumExp, type Model, type TokenEvent } from "@engine/auto";
import type { TokenLogprobs } from "@engine/runtime";
import type { AnswerJob, PlainPrompt } from "../../answers/answer-job.ts";

/** A prompt told again before its answer. */
export interface Echo {
  readonly text: string;
  /** Its tokens, where log-probabilities were asked for; the first of a text has none. */
  readonly tokens: readonly Pick<TokenEvent, "token" | "logprobs">[];
}

export const noEcho: Echo = { text: "", tokens: [] };

/** The prompts of a job, each with the log-probabilities of its tokens where the job asks for those of the answer. */
export async function promptEchoes(
  { prompts, options }: AnswerJob,
  { model, signal }: { readonly model: Model; readonly signal: AbortSignal },
): Promise<readonly Echo[]> {
  const echoes: Echo[] = [];
  for (const prompt of prompts) {
    if (prompt.kind !== "prompt") continue;
    const text = typeof prompt.text === "string" ? prompt.text : (model.tokenizer?.decode(prompt.text) ?? "");
    const tokens =
      options.logprobs === undefined
        ? []
        : await promptTokens(model, prompt, { count: options.logprobs, signal });
    echoes.push({ text, tokens });
  }
  return echoes;
}

async function promptTokens(
  model: Model,
  { text }: PlainPrompt,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<Echo["tokens"]> {
  const ids = typeof text === "string" ? (model.tokenizer?.encode(text) ?? []) : text;
  if (ids.length === 0) return [];
  const found: (TokenLogprobs | undefined)[] = [undefined];
  const onRow = (position: number, logits: Float32Array): void => {
    const token = ids[position + 1];
    if (token === undefined) return;
    const sum = logSumExp(logits);
    const top = likeliest(logits, count).map((id) => ({ token: id, logprob: logits[id]! - sum }));
    found.push({ logprob: logits[token]! - sum, top });
  };
  await model.logits(ids, { onRow, signal });
  const tokens = ids.map((token, at) => ({ token, logprobs: found[at] }));
  if (typeof text !== "string") return tokens;
  // A text's echo says nothing of the special tokens that were put around it.
  const own = model.tokenizer?.encode(text, { addSpecialTokens: false }) ?? [];
  const begin = Math.max(
    0,
    ids.findIndex((_, at) => own.every((id, i) => ids[at + i] === id)),
  );
  return tokens.slice(begin, begin + own.length);
}

/** Ids of the largest logits, best first; ties go to the smaller id. */
function likeliest(logits: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < logits.length && count > 0; id++) {
    if (best.length === count && logits[id]! <= logits[best[count - 1]!]!) continue;
    const after = best.findIndex((other) => logits[other]! < logits[id]!);
    best.splice(after < 0 ? best.length : after, 0, id);
    best.length = Math.min(best.length, count);
  }
  return best;
}
