import type { ChatResult, Model, TokenEvent } from "@engine/auto";

type Told = Pick<TokenEvent, "token" | "logprobs">;

/** What is shown of the log-probabilities of some tokens; null for none. Asked with one piece after the other. */
export type LogprobsOf = (tokens: readonly Told[]) => object | null;

/** The tokens of a finished answer; none where log-probabilities were not asked for. */
export function tokensOf({ tokens, logprobs }: ChatResult): readonly Told[] {
  return logprobs ? tokens.map((token, index) => ({ token, logprobs: logprobs[index] })) : [];
}

/** Of tokens of an answer, thoughts included, in the form of chat completions. */
export function chatLogprobs(model: Model): LogprobsOf {
  return (tokens) => {
    if (tokens.length === 0) return null;
    const content = tokens.map(({ token, logprobs }) => {
      const { logprob = 0, top = [] } = logprobs ?? {};
      return {
        ...spelled(model, token),
        logprob: finite(logprob),
        top_logprobs: top.map((one) => ({ ...spelled(model, one.token), logprob: finite(one.logprob) })),
      };
    });
    return { content, refusal: null };
  };
}

/**
 * The same in the form of plain completions; offsets count from the beginning of the choice's text, of which `begin`
 * letters come before the first token. The first token of a prompt has none.
 */
export function plainLogprobs(model: Model, begin: number): LogprobsOf {
  let offset = begin;
  return (tokens) => {
    if (tokens.length === 0) return null;
    const texts = tokens.map(({ token }) => spelled(model, token).token);
    return {
      tokens: texts,
      token_logprobs: tokens.map(({ logprobs }) => (logprobs ? finite(logprobs.logprob) : null)),
      top_logprobs: tokens
        .map(
          ({ logprobs }) =>
            logprobs &&
            Object.fromEntries(
              logprobs.top.map(({ token, logprob }) => [spelled(model, token).token, finite(logprob)]),
            ),
        )
        .map((top) => top ?? null),
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
