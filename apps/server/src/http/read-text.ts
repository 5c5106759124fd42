import { ApiError } from "../errors/api-error.ts";

/** A request's body as text. Throws 413 as soon as it is longer than `limit` bytes. */
export async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = (): ApiError =>
    new ApiError(413, `The body is larger than ${limit} bytes, the server's limit.`, {
      code: "request_too_large",
    });
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (request.body === null) return "";
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += piece.byteLength;
    if (length > limit) throw tooLarge();
    pieces.push(piece);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    throw new ApiError(400, "The body is no UTF-8.", { code: "invalid_json" });
  }
}
