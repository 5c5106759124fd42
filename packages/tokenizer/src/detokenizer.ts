import type { TokenDecoder } from "./decoder.ts";

/** Turns a stream of token ids into text. Each call costs the bytes of its token, whatever came before. */
export interface Detokenizer {
  /** Text that became certain with this token: whole characters only, often "" inside a multi-byte character. */
  push(id: number): string;
  /** What is left: U+FFFD for a character that never ended. The detokenizer then starts afresh. */
  flush(): string;
}

/** What a detokenizer needs to know of its tokenizer. */
export interface DetokenizerSource {
  readonly decoder: TokenDecoder;
  /** The token's text, or undefined where the id stands for nothing (padding of the embedding table). */
  tokenText(id: number): string | undefined;
  isSkipped(id: number): boolean;
}

/** A streaming detokenizer over one tokenizer. */
export function createDetokenizer(source: DetokenizerSource): Detokenizer {
  const { decoder } = source;
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  let first = true;
  let toStrip = decoder.strip.count;
  const strip = (text: string): string => {
    let start = 0;
    while (toStrip > 0 && start < text.length) {
      if (text[start] !== decoder.strip.content) toStrip = 0;
      else {
        start++;
        toStrip--;
      }
    }
    return start === 0 ? text : text.slice(start);
  };
  return {
    push(id) {
      const token = source.isSkipped(id) ? undefined : source.tokenText(id);
      if (token === undefined) return "";
      const bytes = decoder.bytes(token, { first });
      first = false;
      return strip(utf8.decode(bytes, { stream: true }));
    },
    flush() {
      const rest = strip(utf8.decode());
      first = true;
      toStrip = decoder.strip.count;
      return rest;
    },
  };
}
