import { type StreamOptions, streamResponse } from "./stream-response.ts";

/** One server-sent event. */
export function sseFrame(data: unknown, event?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/** Answers with server-sent events; a comment keeps the connection awake. */
export function sseResponse(
  frames: AsyncGenerator<string, void, undefined>,
  options: Omit<StreamOptions, "contentType">,
): Promise<Response> {
  return streamResponse(frames, {
    ping: ": ping\n\n",
    ...options,
    contentType: "text/event-stream; charset=utf-8",
  });
}
