import type { ChatResult, Model } from "@engine/auto";

/** What is shown of an answer's log-probabilities; null where they were not asked for. */
export type LogprobsOf = (result: ChatResult) => object | null;

/** Of every token of an answer, thoughts included, in the form of chat completions. */
export function chatLogprobs(model: Model): LogprobsOf {
  return ({ tokens, logprobs }) => {
    if (!logprobs) return null;
    const content = tokens.map((token, index) => {
      const { logprob = 0, top = [] } = logprobs[index] ?? {};
      return {
        ...spelled(model, token),
        logprob: finite(logprob),
        top_logprobs: top.map((one) => ({ ...spelled(model, one.token), logprob: finite(one.logprob) })),
      };
    });
    return { content, refusal: null };
  };
}

/** The same in the form of plain completions; offsets count from the beginning of the choice's text. */
export function plainLogprobs(model: Model, echoed: string): LogprobsOf {
  return ({ tokens, logprobs }) => {
    if (!logprobs) return null;
    const texts = tokens.map((token) => spelled(model, token).token);
    let offset = echoed.length;
    return {
      tokens: texts,
      token_logprobs: logprobs.map((one) => finite(one?.logprob ?? 0)),
      top_logprobs: logprobs.map((one) =>
        Object.fromEntries(
          (one?.top ?? []).map(({ token, logprob }) => [spelled(model, token).token, finite(logprob)]),
        ),
      ),
      text_offset: texts.map((text) => {
        const place = offset;
        offset += text.length;
        return place;
      }),
    };
  };
}

/** A token as text. Its bytes are not known where it is a piece of a character. */
function spelled({ tokenizer }: Model, id: number): { token: string; bytes: number[] | null } {
  const token = tokenizer?.decode([id]) ?? String(id);
  return { token, bytes: token.includes("\uFFFD") ? null : [...Buffer.from(token)] };
}

/** JSON has no infinity; OpenAI's clients know this number for "never". */
function finite(logprob: number): number {
  return Math.max(logprob, -9999);
}
