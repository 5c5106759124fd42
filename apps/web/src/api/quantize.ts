import type { Http } from "./http.ts";
import { type WorkEvent, workEvents } from "./work-events.ts";

export type QuantizeType = "int4" | "int8";

export interface QuantizeAsk {
  readonly model: string;
  /** Of the new model. */
  readonly name: string;
  readonly type: QuantizeType;
  /** Of the token embeddings. */
  readonly embeddings: "keep" | "int8";
}

/** Writes a model again with smaller weights. */
export function quantizeModel(http: Http, ask: QuantizeAsk, signal: AbortSignal): AsyncGenerator<WorkEvent> {
  const { embeddings, ...body } = ask;
  const changed = embeddings === "keep" ? {} : { embeddings };
  return workEvents(http, "engine/models/quantize", { body: { ...body, ...changed }, signal });
}
