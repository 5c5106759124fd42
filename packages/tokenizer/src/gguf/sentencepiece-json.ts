import { addedTokens, around, idsOf, type MetadataVocab, TOKEN } from "./metadata-vocab.ts";
import { scoreMerges } from "./score-merges.ts";

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
): object {
  const { tokens, types, scores, merges } = vocab;
  const isPiece = (id: number): boolean => {
    const type = types[id];
    return type !== TOKEN.control && type !== TOKEN.unknown && type !== TOKEN.byte && type !== TOKEN.unused;
  };
  const prefixed = spacePrefix && vocab.flag("add_space_prefix", true);
  const spaces = { type: "Replace", pattern: { String: " " }, content: SPACE };
  const [before, after] = [vocab.special("bos"), vocab.special("eos")];
  const begin = PREFIXES[pre]?.filter((token) => tokens.includes(token)) ?? [];
  return {
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
    model: {
      type: "BPE",
      unk_token: vocab.special("unknown") ?? null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: idsOf(tokens),
      merges: merges.length > 0 ? merges.map(pairOf) : scoreMerges(tokens, scores, isPiece),
    },
  };
}

/** Pieces hold no space, but a merge of newlines may begin with one side that is a space's mark. */
function pairOf(merge: string): [string, string] {
  const at = merge.indexOf(" ", 1);
  return [merge.slice(0, at), merge.slice(at + 1)];
}
