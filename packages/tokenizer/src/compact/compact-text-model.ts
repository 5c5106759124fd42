import { isObject, type JsonObject } from "../json.ts";
import { buildLibrary } from "../library-model.ts";
import { faithfulPreTokenizer } from "../pre-tokenizer.ts";
import type { TextModel } from "../text-model.ts";
import type { AddedToken, TokenizerFrame } from "../tokenizer-json.ts";
import { bpeEncoder, type EncodePieces } from "./bpe-encoder.ts";
import type { CompactModel } from "./compact-model.ts";
import { NotCovered } from "./not-covered.ts";
import { unigramEncoder } from "./unigram-encoder.ts";
import type { Vocab } from "./vocab.ts";
import { vocabBuilder } from "./vocab-builder.ts";

type Model = EncodePieces & {
  readonly tokens_to_ids: { get(token: string | number): number | undefined };
  readonly unk_token_id: number | undefined;
};

/**
 * Encoding with a model in typed arrays. What stands around the model (added tokens, normalizer, pre-tokenizer,
 * post-processor) is still the library's; between them go ids where the library has the texts of tokens.
 * Throws NotCovered, or EngineError "unsupported" as the library's own form does.
 */
export function compactTextModel(frame: TokenizerFrame, model: CompactModel, where: string): TextModel {
  const { byteLevel, rest } = withoutByteLevel(faithfulPreTokenizer(frame.pre_tokenizer));
  const library = buildLibrary<Model>(
    { ...frame, pre_tokenizer: rest },
    { type: "BPE", vocab: {}, merges: [] },
    where,
  );
  const vocab = withAdded(model.vocab, frame.added_tokens);
  for (const [text, token] of library.added_tokens_map) {
    const id = vocab.findText(text);
    if (id >= 0 && id !== token.id) throw new NotCovered(`the added token ${token.id} hides another`);
  }
  const idOf = (text: string) => {
    const id = vocab.findText(text);
    return id < 0 ? undefined : id;
  };
  const unknown = unknownToken(model);
  library.model = Object.assign(encoderOf(model, vocab, { byteLevel, unknown }), {
    tokens_to_ids: { get: (token: string | number) => (typeof token === "number" ? token : idOf(token)) },
    unk_token_id: unknown,
  });
  return {
    encode: (text, options) => library.encode(text, options).ids,
    tokenId: idOf,
    tokenText: vocab.text,
    startingWith: vocab.startingWith,
    size: vocab.size,
  };
}

function encoderOf(
  model: CompactModel,
  vocab: Vocab,
  { byteLevel, unknown }: { readonly byteLevel: boolean; readonly unknown: number | undefined },
): EncodePieces {
  const { options, merges, scores } = model;
  if (merges) {
    const byteFallback = options.byte_fallback === true;
    if (byteLevel && byteFallback) throw new NotCovered("a byte-level model with bytes of its own");
    return bpeEncoder(vocab, merges, {
      byteLevel,
      byteFallback,
      wholeWords: options.ignore_merges === true,
      unknown,
      fuseUnknown: options.fuse_unk === true,
    });
  }
  if (byteLevel || scores === undefined || unknown === undefined)
    throw new NotCovered("a Unigram of this kind");
  return unigramEncoder(vocab, scores, { unknown, pieces: model.vocab.size });
}

function unknownToken({ options, vocab, scores }: CompactModel): number | undefined {
  if (scores) {
    const id = options.unk_id;
    return typeof id === "number" && vocab.text(id) !== undefined ? id : undefined;
  }
  if (typeof options.unk_token !== "string") return undefined;
  const id = vocab.findText(options.unk_token);
  if (id < 0) throw new NotCovered("the unknown token is not in the vocabulary");
  return id;
}

function withAdded(vocab: Vocab, added: readonly AddedToken[]): Vocab {
  const missing = added.filter(({ content }) => vocab.findText(content) < 0);
  if (missing.length === 0) return vocab;
  const builder = vocabBuilder(vocab);
  for (const { content, id } of missing) builder.addText(content, id);
  return builder.finish();
}

/** Whether a pre-tokenizer ends in ByteLevel, and what comes before: the encoder takes bytes as they are. */
function withoutByteLevel(json: JsonObject | null): { byteLevel: boolean; rest: JsonObject | null } {
  if (json?.type === "ByteLevel") return { byteLevel: true, rest: null };
  if (json?.type !== "Sequence" || !Array.isArray(json.pretokenizers))
    return { byteLevel: false, rest: json };
  const parts = json.pretokenizers.filter(isObject).flatMap(flat);
  if (parts.at(-1)?.type !== "ByteLevel") return { byteLevel: false, rest: json };
  const pretokenizers = parts.slice(0, -1);
  return { byteLevel: true, rest: pretokenizers.length === 0 ? null : { type: "Sequence", pretokenizers } };
}

function flat(json: JsonObject): readonly JsonObject[] {
  if (json.type !== "Sequence" || !Array.isArray(json.pretokenizers)) return [json];
  return json.pretokenizers.filter(isObject).flatMap(flat);
}
