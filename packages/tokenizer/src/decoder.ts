import { EngineError } from "@engine/core";
import { byteAlphabet } from "./byte-alphabet.ts";
import { isObject, type JsonObject } from "./json.ts";

/** How the texts of tokens become the bytes of a text, one token at a time. */
export interface TokenDecoder {
  /** UTF-8 of one token; `first` where nothing stands before it. A character may go on in the next token. */
  bytes(token: string, place: { readonly first: boolean }): Uint8Array;
  /** Up to `count` leading `content` characters of the whole text are dropped. */
  readonly strip: { readonly content: string; readonly count: number };
}

type Rewrite = (token: string, first: boolean) => string;

/**
 * Compiles the decoder of tokenizer.json (ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, and sequences
 * of them: what generating models use). Working on bytes makes streaming exact: a text is the concatenation of
 * its tokens' bytes, so no window of earlier tokens has to be decoded again.
 * Throws EngineError "unsupported" for decoders that are no such concatenation.
 */
export function compileDecoder(json: JsonObject | null): TokenDecoder {
  const encoder = new TextEncoder();
  if (json === null) {
    const join: Rewrite = (token, first) => (first ? token : ` ${token}`);
    return {
      bytes: (token, { first }) => encoder.encode(join(token, first)),
      strip: { content: "", count: 0 },
    };
  }
  const rewrites: Rewrite[] = [];
  const strip = { content: "", count: 0 };
  let toBytes: (text: string) => Uint8Array | undefined = () => undefined;
  let fused = false;
  for (const part of flatten(json)) {
    switch (part.type) {
      case "ByteLevel":
        toBytes = byteLevel();
        break;
      case "ByteFallback":
        toBytes = byteFallback;
        break;
      case "Replace":
        rewrites.push(replace(part));
        break;
      case "Metaspace":
        rewrites.push(metaspace(part));
        break;
      case "Fuse":
        fused = true;
        break;
      case "Strip": {
        if (!fused || Number(part.stop ?? 0) > 0) throw unsupported(part);
        strip.content = String(part.content ?? "");
        strip.count = Number(part.start ?? 0);
        break;
      }
      default:
        throw unsupported(part);
    }
  }
  return {
    bytes: (token, { first }) => {
      const direct = toBytes(token);
      if (direct !== undefined) return direct;
      return encoder.encode(rewrites.reduce((text, rewrite) => rewrite(text, first), token));
    },
    strip,
  };
}

function flatten(json: JsonObject): readonly JsonObject[] {
  if (json.type !== "Sequence") return [json];
  return Array.isArray(json.decoders) ? json.decoders.filter(isObject).flatMap(flatten) : [];
}

function replace(part: JsonObject): Rewrite {
  const pattern = isObject(part.pattern) ? part.pattern : {};
  const content = String(part.content ?? "");
  if (typeof pattern.String !== "string") throw unsupported(part);
  const from = pattern.String;
  return (token) => token.replaceAll(from, () => content);
}

function metaspace(part: JsonObject): Rewrite {
  const mark = typeof part.replacement === "string" ? part.replacement : "▁";
  const prefixed = part.add_prefix_space !== false && part.prepend_scheme !== "never";
  return (token, first) => token.replaceAll(mark, first && prefixed ? "" : " ");
}

function byteFallback(token: string): Uint8Array | undefined {
  const match = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  return match ? Uint8Array.of(Number.parseInt(match[1]!, 16)) : undefined;
}

/** Bytes of a token that is spelled in GPT-2's alphabet. */
function byteLevel(): (token: string) => Uint8Array | undefined {
  const byteOf = new Map(byteAlphabet.map((character, byte) => [character, byte]));
  return (token) => {
    const bytes = new Uint8Array(token.length);
    for (let i = 0; i < token.length; i++) {
      const byte = byteOf.get(token[i]!);
      // An added token may hold characters outside the alphabet; it then stands for itself as a whole.
      if (byte === undefined) return undefined;
      bytes[i] = byte;
    }
    return bytes;
  };
}

function unsupported(part: JsonObject): EngineError {
  return new EngineError(
    "unsupported",
    `Token ids cannot be turned into text: the decoder ${JSON.stringify(part)} of this tokenizer.json is not read ` +
      `(ByteLevel, Metaspace, Replace of a string, ByteFallback, Fuse and a leading Strip after Fuse are).`,
  );
}
