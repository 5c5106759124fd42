/** One server-sent event. */
export function sseFrame(data: unknown, event?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/** A comment: it keeps the connection awake, and clients pass over it. */
export const ssePing = ": ping\n\n";
