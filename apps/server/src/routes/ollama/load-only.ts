import { type Call, json } from "../../http/route.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import { head } from "./answer-lines.ts";
import type { CommonRequest } from "./schema.ts";

/** A request without a prompt loads the model, or unloads it where it is to be kept no time. */
export async function loadOnly(
  { server: { pool }, body, signal }: Call<CommonRequest>,
  empty: object,
): Promise<Response> {
  const keepAliveMs = parseKeepAlive(body.keep_alive);
  if (keepAliveMs === 0) {
    const { id } = await pool.unload(body.model);
    return json({ ...head(id), ...empty, done: true, done_reason: "unload" });
  }
  const { slot, release } = await pool.lease(body.model, { signal, keepAliveMs });
  release();
  return json({ ...head(slot.source.id), ...empty, done: true, done_reason: "load" });
}
