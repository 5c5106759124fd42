import { isHubId, pullModel } from "@engine/loader";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";
import { type Route, route } from "../../http/route.ts";
import { eventStream } from "./event-stream.ts";
import { management } from "./management.ts";

const pullRequest = z.object({
  id: z.string().max(300).refine(isHubId, "it must be a hub id, org/name"),
  revision: z.string().min(1).max(200).nullish(),
});

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

function hubCacheOf(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new ApiError(403, "This server does not offer the hub's models.", { code: "hub_off" });
}
