import {
  type LanguageModelV3FilePart,
  type LanguageModelV4FilePart,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { MessagePart } from "@engine/tokenizer";

type FilePart = LanguageModelV3FilePart | LanguageModelV4FilePart;

/** A file of a user's message as OpenAI's part. Throws UnsupportedFunctionalityError for a kind that has none. */
export function filePart({ data, mediaType, filename }: FilePart): MessagePart {
  const [kind, format = ""] = mediaType.split("/");
  const content = contentOf(data);
  if (content.text !== undefined) return { type: "text", text: content.text };
  if (kind === "text" && content.base64 !== undefined)
    return { type: "text", text: Buffer.from(content.base64, "base64").toString("utf8") };
  if (kind === "image") {
    const type = format === "*" || format === "" ? "image/png" : mediaType;
    const url = content.url ?? `data:${type};base64,${content.base64}`;
    return { type: "image_url", image_url: { url } };
  }
  if (kind === "audio" && content.base64 !== undefined) {
    const named = { mpeg: "mp3", "x-wav": "wav", wave: "wav" }[format] ?? format;
    return { type: "input_audio", input_audio: { data: content.base64, format: named } };
  }
  throw new UnsupportedFunctionalityError({
    functionality: `files of type ${mediaType}`,
    message: `${filename ?? "A file"} of type ${mediaType} cannot be given to a model here; texts, images and sounds can.`,
  });
}

/** The two versions of the interface hold a file's content differently. */
function contentOf(data: FilePart["data"]): { text?: string; url?: string; base64?: string } {
  if (data instanceof URL) return fromUrl(data);
  if (typeof data === "string") return { base64: data };
  if (data instanceof Uint8Array) return { base64: Buffer.from(data).toString("base64") };
  if (data.type === "text") return { text: data.text };
  if (data.type === "url") return fromUrl(data.url);
  if (data.type === "data") return contentOf(data.data);
  throw new UnsupportedFunctionalityError({
    functionality: "references to uploaded files",
    message:
      "A file is given as a reference to an upload, which models here have no access to; give its content.",
  });
}

function fromUrl(url: URL): { url?: string; base64?: string } {
  const inline = /^data:[^,]*;base64,(.*)$/s.exec(url.href);
  return inline ? { base64: inline[1]! } : { url: url.href };
}
