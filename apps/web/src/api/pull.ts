import type { Http } from "./http.ts";
import { type WorkEvent, workEvents } from "./work-events.ts";

/** Downloads a hub model. */
export function pullModel(http: Http, id: string, signal: AbortSignal): AsyncGenerator<WorkEvent> {
  return workEvents(http, "engine/models/pull", { body: { id }, signal });
}
