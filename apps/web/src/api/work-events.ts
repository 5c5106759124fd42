import { ApiError, errorFromBody } from "./api-error.ts";
import type { Http } from "./http.ts";
import { count, object, optionalCount, optionalText, parsed } from "./shape.ts";

export type WorkEvent =
  | {
      readonly type: "progress";
      /** Bytes. */
      readonly done: number;
      readonly total: number;
      readonly bytesPerSecond: number;
      readonly secondsLeft: number | undefined;
    }
  /** Another process does the same work. */
  | { readonly type: "waiting"; readonly holder: string }
  | { readonly type: "done" };

/** A long work of the server; leaving the loop or aborting stops it, and the same call goes on from there. */
export async function* workEvents(
  http: Http,
  path: string,
  { body, signal }: { readonly body: object; readonly signal: AbortSignal },
): AsyncGenerator<WorkEvent> {
  for await (const { event, data } of http.events(path, { body, signal })) {
    const told = object(parsed(data, "a piece of the progress"), "a piece of the progress");
    if (event === "error") throw errorFromBody(told, 0);
    if (event === "waiting") yield { type: "waiting", holder: optionalText(told.holder) ?? "" };
    if (event === "progress") {
      yield {
        type: "progress",
        done: count(told.done),
        total: count(told.total),
        bytesPerSecond: count(told.bytesPerSecond),
        secondsLeft: optionalCount(told.secondsLeft),
      };
    }
    if (event === "done") {
      yield { type: "done" };
      return;
    }
  }
  throw new ApiError("offline", "The work broke off.");
}
