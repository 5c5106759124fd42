import type { Http } from "./http.ts";
import { count, object, optionalCount, optionalText } from "./shape.ts";

/** How the server is doing. Memory is in bytes; `budget` is undefined where none was set. */
export interface Status {
  readonly version: string;
  readonly memory: { readonly budget: number | undefined; readonly models: number; readonly rss: number };
  readonly tokensPerSecond: number;
  /** What the management routes allow here. */
  readonly management: {
    readonly pull: boolean;
    readonly delete: boolean;
    readonly quantize: boolean;
  };
}

export async function readStatus(http: Http, signal?: AbortSignal): Promise<Status> {
  const status = object(await http.json("engine/status", signal ? { signal } : {}), "the status");
  const memory = object(status.memory ?? {}, "memory");
  const rates = object(status.rates ?? {}, "rates");
  const management = object(status.management ?? {}, "management");
  return {
    version: optionalText(status.version) ?? "",
    memory: { budget: optionalCount(memory.budget), models: count(memory.models), rss: count(memory.rss) },
    tokensPerSecond: count(rates.tokensPerSecond),
    management: {
      pull: management.pull === true,
      delete: management.delete === true,
      quantize: management.quantize === true,
    },
  };
}
