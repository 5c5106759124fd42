import type { GgufDescription } from "./gguf-model.ts";
import { addedTokens, around, type MetadataVocab } from "./metadata-vocab.ts";

const SPACE = "▁";

/** ChatGLM 3 begins every text with these. */
const PREFIXES: Readonly<Record<string, readonly string[]>> = { "chatglm-spm": ["[gMASK]", "sop"] };

/**
 * A SentencePiece vocabulary as tokenizer.json has it: pieces by score ("llama"), or by the merges the file lists
 * ("gemma4"). Characters without a piece become their bytes.
 */
export function sentencePieceJson(
  vocab: MetadataVocab,
  { pre, spacePrefix, bos }: { readonly pre: string; readonly spacePrefix: boolean; readonly bos: boolean },
): GgufDescription {
  const prefixed = spacePrefix && vocab.flag("add_space_prefix", true);
  const spaces = { type: "Replace", pattern: { String: " " }, content: SPACE };
  const [before, after] = [vocab.special("bos"), vocab.special("eos")];
  const begin = PREFIXES[pre]?.filter((token) => vocab.has(token)) ?? [];
  const frame = {
    added_tokens: addedTokens(vocab, SPACE),
    normalizer: prefixed
      ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: SPACE }, spaces] }
      : spaces,
    pre_tokenizer: null,
    post_processor: around(
      begin.length > 0 ? begin : before !== undefined && vocab.flag("add_bos_token", bos) ? [before] : [],
      after !== undefined && vocab.flag("add_eos_token", false) ? [after] : [],
    ),
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: SPACE }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(prefixed ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
  };
  const options = {
    type: "BPE",
    unk_token: vocab.special("unknown") ?? null,
    fuse_unk: true,
    byte_fallback: true,
  };
  return { frame, options, byScore: true };
}
