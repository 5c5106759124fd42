import type { VocabType } from "../encoded-vocab.ts";

/** What is asked of the thread that holds a vocabulary. Every question has one answer, in order. */
export type Question =
  /** Some more of the vocabulary. */
  | { readonly ask: "tokens"; readonly tokens: readonly string[] }
  /** The vocabulary is whole. */
  | {
      readonly ask: "begin";
      readonly type: VocabType;
      readonly vocab: number;
      readonly stopTokens: readonly number[];
    }
  /** One answer's way through a grammar begins; the answer is its number. */
  | { readonly ask: "match"; readonly kind: GrammarKind; readonly text: string }
  /** These tokens came; the answer is the mask of those that may follow, u32 [ceil(vocab / 32)]. */
  | { readonly ask: "next"; readonly match: number; readonly tokens: readonly number[] }
  | { readonly ask: "end"; readonly match: number };

export type GrammarKind = "json" | "structure" | "ebnf";

/** `refused`: why a grammar cannot be made, or the token that it does not allow; `broken`: nothing is answered after it. */
export type Reply =
  | { readonly match: number }
  | { readonly mask: Uint32Array }
  | { readonly done: true }
  | { readonly refused: string; readonly broken?: true };
