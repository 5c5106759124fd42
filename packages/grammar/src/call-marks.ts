import { type ChannelDescription, markersOf, type Tokenizer } from "@engine/tokenizer";

/**
 * Special tokens that calls are made of. In a grammar each is spelled with a byte that no text has, so that it stands
 * where the grammar names it and nowhere else: a string of JSON cannot hold one.
 */
export interface CallMarks {
  /** Spelling in a grammar, by token. */
  readonly spelled: ReadonlyMap<number, string>;
  /** A text as the grammar spells it. */
  spell(text: string): string;
}

/** Begins the spelling of a mark. Tokens of text with this byte are left out of the vocabulary that grammars see. */
export const MARK = "\x02";

/** No hexadecimal digits, which xgrammar would take for part of the byte before them. */
const LETTERS = "GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz";

export const NO_MARKS: CallMarks = { spelled: new Map(), spell: (text) => text };

/** The special tokens that a family's markers are made of, as many as there are letters. */
export function callMarks(
  tokenizer: Pick<Tokenizer, "specialIds" | "tokenText">,
  description: ChannelDescription,
): CallMarks {
  const markers = markersOf(description);
  const found: { readonly id: number; readonly text: string }[] = [];
  for (const id of tokenizer.specialIds) {
    const text = tokenizer.tokenText(id);
    if (text && markers.some((marker) => marker.includes(text))) found.push({ id, text });
  }
  // Of two that begin alike the longer one is meant.
  const marks = found
    .toSorted((a, b) => b.text.length - a.text.length)
    .slice(0, LETTERS.length)
    .map((mark, i) => ({ ...mark, letters: MARK + LETTERS[i]! }));
  return {
    spelled: new Map(marks.map(({ id, letters }) => [id, letters])),
    spell(text) {
      let spelled = "";
      for (let at = 0; at < text.length; ) {
        const mark = marks.find((one) => text.startsWith(one.text, at));
        spelled += mark?.letters ?? text[at]!;
        at += mark?.text.length ?? 1;
      }
      return spelled;
    },
  };
}
