import { isHubId, planRemoval, pullModel } from "@engine/loader";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import { eventStream } from "./event-stream.ts";
import { management, namedModel } from "./management.ts";

const pullRequest = z.object({
  id: z.string().max(300).refine(isHubId, "it must be a hub id, org/name"),
  revision: z.string().min(1).max(200).nullish(),
});
const deleteRequest = z.object({ model: namedModel, token: z.string().max(100).nullish() });

export const pullRoute: Route = route<z.infer<typeof pullRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/pull",
  summary: "Downloads a model from the hub, as an event stream",
  body: pullRequest,
  handle(call) {
    const hubCache = hubCacheOf(call.server.pool.catalogue.hubCache);
    const { id, revision } = call.body;
    return eventStream(call, async (tell, signal) => {
      const pulled = await pullModel(id, {
        hubCache,
        signal,
        onProgress: (progress) => tell("progress", progress),
        onWait: (holder) => tell("waiting", { holder }),
        ...(revision && { revision }),
      });
      const { commit, bytes, files } = pulled;
      return { id, commit, bytes, files: files.length };
    });
  },
});

export const deleteRoute: Route = route<z.infer<typeof deleteRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/delete",
  summary: "Deletes a downloaded model; asked first without a token, then with the one it gave",
  body: deleteRequest,
  async handle({ server: { pool, confirmations }, body }) {
    const hubCache = hubCacheOf(pool.catalogue.hubCache);
    const { id, origin } = await pool.catalogue.find(body.model);
    if (origin !== "hub") {
      throw new ApiError(403, `'${id}' was not downloaded by the engine; delete its files yourself.`, {
        param: "model",
        code: "not_deletable",
      });
    }
    const removal = await planRemoval(id, { hubCache });
    const what = `delete ${id} ${removal.commits.join(" ")}`;
    if (!body.token) {
      return json({ model: id, confirm: { ...confirmations.ask(what), bytes: removal.bytes } });
    }
    if (!confirmations.take(body.token, what)) {
      throw new ApiError(409, "The token is not, or no more, good for this. Ask again without one.", {
        param: "token",
        code: "not_confirmed",
      });
    }
    await pool.unload(id);
    await removal.run();
    return json({ model: id, deleted: true, bytes: removal.bytes });
  },
});

function hubCacheOf(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new ApiError(403, "This server does not offer the hub's models.", { code: "hub_off" });
}
