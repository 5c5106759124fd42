import type { ChatTemplate } from "./chat-template.ts";
import type { Detokenizer } from "./detokenizer.ts";

export interface EncodeOptions {
  /** Adds what the model's post-processor adds around a text, mostly BOS in front. Default true. */
  readonly addSpecialTokens?: boolean;
}

export interface DecodeOptions {
  /** Leaves out special tokens (BOS, end of turn, …). Default false. */
  readonly skipSpecialTokens?: boolean;
}

/** Text to token ids and back, and the chat template that goes with them. Safe to share between sessions. */
export interface Tokenizer {
  /** Token ids of a text. Special tokens written in the text become their ids, as in Hugging Face tokenizers. */
  encode(text: string, options?: EncodeOptions): number[];
  /**
   * The text of token ids, equal to what a detokenizer gives for them. Ids without a token give nothing; bytes that
   * are no UTF-8 become U+FFFD. Throws EngineError "unsupported" for a decoder no generating model uses.
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** A streaming decoder for one sequence; throws like decode. */
  detokenizer(options?: DecodeOptions): Detokenizer;
  /** The id of a token given as it stands in the vocabulary ("▁the", "Ġthe", "<s>"). */
  tokenId(text: string): number | undefined;
  /** The token of an id as it stands in the vocabulary. */
  tokenText(id: number): string | undefined;
  /** Ids of the tokens that begin with a text, in order: without a string for each of the others. */
  startingWith(text: string): readonly number[];
  /** One more than the highest id. The model's embedding table may have more rows (padding). */
  readonly vocabSize: number;
  /**
   * Why Hugging Face's library encodes with its own tables, which take several times the memory; undefined where the
   * compact form does.
   */
  readonly fallback: string | undefined;
  /** Ids that decode leaves out with skipSpecialTokens. */
  readonly specialIds: ReadonlySet<number>;
  /** From bos_token, else the token the post-processor puts in front. */
  readonly bosId: number | undefined;
  /** From eos_token. A model may have more stop tokens: they are in generation_config.json. */
  readonly eosId: number | undefined;
  /** False when the checkpoint has no chat template; rendering then throws. */
  readonly hasChatTemplate: boolean;
  readonly chatTemplate: ChatTemplate;
}
