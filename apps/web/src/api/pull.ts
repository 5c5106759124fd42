import { ApiError, errorFromBody } from "./api-error.ts";
import type { Http } from "./http.ts";
import { count, object, optionalCount, optionalText, parsed } from "./shape.ts";

export type PullEvent =
  | {
      readonly type: "progress";
      /** Bytes. */
      readonly done: number;
      readonly total: number;
      readonly bytesPerSecond: number;
      readonly secondsLeft: number | undefined;
    }
  /** Another process downloads this model. */
  | { readonly type: "waiting"; readonly holder: string }
  | { readonly type: "done" };

/** Downloads a hub model; leaving the loop or aborting stops it, and the same call goes on from there. */
export async function* pullModel(http: Http, id: string, signal: AbortSignal): AsyncGenerator<PullEvent> {
  for await (const { event, data } of http.events("engine/models/pull", { body: { id }, signal })) {
    const told = object(parsed(data, "a piece of the download"), "a piece of the download");
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
  throw new ApiError("offline", "The download broke off.");
}
