import { type GenerateOptions, type GenerateResult, type Generation, OnAwait } from "@engine/runtime";
import { channelsOf, createTokenizer, type Tokenizer } from "@engine/tokenizer";
import { ChatAnswer } from "../src/chat.ts";
import type { ChatEvent, ChatOptions, ChatResult } from "../src/index.ts";

const LETTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** A tokenizer of one token for each character of ASCII and each of these markers. */
export function charTokenizer(
  markers: readonly string[],
  { template, special = markers }: { readonly template: string; readonly special?: readonly string[] },
): Tokenizer {
  const characters = ["\n", ...LETTERS];
  const added = markers.map((content, i) => ({
    id: characters.length + i,
    content,
    special: special.includes(content),
  }));
  return createTokenizer({
    tokenizer: {
      added_tokens: added,
      model: { type: "BPE", vocab: Object.fromEntries(characters.map((c, id) => [c, id])), merges: [] },
      decoder: { type: "Fuse" },
    },
    template,
  });
}

/** What a runtime does with a model that writes this text, whatever the prompt is. Forced tokens come between. */
function scripted(
  tokens: readonly number[],
  { maxTokens = 1000, stopTokens = [], steer }: GenerateOptions,
): Generation {
  let [done, started] = [false, false];
  const out: number[] = [];
  let finishReason: GenerateResult["finishReason"] = "abort";
  let settle!: (result: GenerateResult) => void;
  const run = (function* () {
    const script = [...tokens];
    const forced: number[] = [];
    for (;;) {
      const token = forced.shift() ?? script.shift();
      if (token === undefined || stopTokens.includes(token)) {
        finishReason = "stop";
        return;
      }
      out.push(token);
      const next = steer?.(token, out.length - 1);
      if (next === "stop" || out.length === maxTokens) {
        finishReason = next === "stop" ? "stop" : "length";
        yield token;
        return;
      }
      forced.push(...(next ?? []));
      yield token;
    }
  })();
  const end = () => {
    if (done) return;
    done = true;
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: out.length };
    const timings = {
      queueMs: 0,
      promptMs: 0,
      ttftMs: 0,
      decodeMs: 0,
      promptTokensPerSecond: 0,
      tokensPerSecond: 0,
    };
    settle({ tokens: out, text: "", finishReason, usage, timings });
  };
  return {
    result: new OnAwait<GenerateResult>(
      (resolve) => {
        settle = resolve;
      },
      () => {
        if (started) return;
        for (const _ of run);
        end();
      },
    ),
    async *[Symbol.asyncIterator]() {
      started = true;
      try {
        for (const token of run) yield { token, text: "" };
      } finally {
        end();
      }
    },
  };
}

export interface Said {
  readonly events: readonly ChatEvent[];
  readonly result: ChatResult;
  /** What the model's text is, markers and forced tokens included. */
  readonly raw: string;
  readonly prompt: string;
}

/** What comes of an answer with this text. `loop: false` waits for the result alone. */
export async function say(
  tokenizer: Tokenizer,
  text: string,
  { loop = true, ...options }: ChatOptions & { readonly loop?: boolean } = {},
): Promise<Said> {
  const script = tokenizer.encode(text, { addSpecialTokens: false });
  let prompt = "";
  const chat = new ChatAnswer(
    (ids, rest) => {
      prompt = tokenizer.decode(ids);
      return scripted(script, rest);
    },
    [{ role: "user", content: "Hi" }],
    { tokenizer, description: options.channels ?? channelsOf(tokenizer), options },
  );
  const events: ChatEvent[] = [];
  if (loop) for await (const event of chat) events.push(event);
  const result = await chat.result;
  return { events, result, raw: tokenizer.decode(result.tokens), prompt };
}
