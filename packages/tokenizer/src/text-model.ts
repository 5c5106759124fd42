/** Text to ids by one tokenizer's rules, and the tokens' own texts: what a Tokenizer is built around. */
export interface TextModel {
  encode(text: string, options: { readonly add_special_tokens: boolean }): number[];
  tokenId(text: string): number | undefined;
  tokenText(id: number): string | undefined;
  /** Ids of tokens that begin with a text, in order. */
  startingWith(text: string): number[];
  /** One more than the highest id. */
  readonly size: number;
}

/** The part of the library's tokenizer that is used; its own declarations do not resolve under NodeNext. */
export interface LibraryTokenizer<Model> {
  encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: number[] };
  token_to_id(text: string): number | undefined;
  id_to_token(id: number): string | undefined;
  pre_tokenizer: ((text: string, options: unknown) => string[]) | null;
  readonly added_tokens_map: ReadonlyMap<string, { readonly id: number }>;
  model: Model;
}
