import { f32, type GgufValue, list, text, u32 } from "./values.ts";

/** What llama-bench and our benches want: ids are all there is. */
export const noVocabulary: Readonly<Record<string, GgufValue>> = { "tokenizer.ggml.model": text("no_vocab") };

/** A SentencePiece vocabulary, which servers want: its three special tokens, all bytes, and words that are numbers. */
export function madeUpVocabulary(count: number): Readonly<Record<string, GgufValue>> {
  const special = ["<unk>", "<s>", "</s>"];
  const tokens = Array.from({ length: count }, (_, id) => {
    if (id < 3) return { token: special[id]!, type: id === 0 ? 2 : 3 };
    const byte = id - 3;
    if (byte < 256) return { token: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, type: 6 };
    return { token: `▁${id}`, type: 1 };
  });
  return {
    "tokenizer.ggml.model": text("llama"),
    "tokenizer.ggml.tokens": list(tokens, ({ token }) => text(token)),
    "tokenizer.ggml.scores": list([...tokens.keys()], (id) => f32(-id)),
    "tokenizer.ggml.token_type": list(tokens, ({ type }) => [5, u32(type)[1]]),
    "tokenizer.ggml.bos_token_id": u32(1),
    "tokenizer.ggml.eos_token_id": u32(2),
  };
}
