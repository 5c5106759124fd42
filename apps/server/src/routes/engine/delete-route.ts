import { planRemoval } from "@engine/loader";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import type { ModelPool } from "../../models/model-pool.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { planCopyRemoval, realPath } from "../../models/own-copies.ts";
import { management, namedModel } from "./management.ts";

const deleteRequest = z.object({ model: namedModel, token: z.string().max(100).nullish() });

export const deleteRoute: Route = route<z.infer<typeof deleteRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/delete",
  summary:
    "Deletes a model that was downloaded or quantized here; asked first without a token, then with the one it gave",
  body: deleteRequest,
  async handle({ server: { pool, confirmations }, body }) {
    const source = await pool.catalogue.find(body.model);
    const { id } = source;
    const removal = await removalOf(source, pool);
    const what = `delete ${id} ${removal.identity}`;
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
    // Who asked for it meanwhile has it loaded again.
    if ((pool.slot(id)?.state ?? "unloaded") !== "unloaded") throw busy(id, id);
    await removal.run();
    return json({ model: id, deleted: true, bytes: removal.bytes });
  },
});

interface Removal {
  /** What is to be deleted, so that a token counts for nothing else. */
  readonly identity: string;
  readonly bytes: number;
  run(): Promise<void>;
}

/** Throws 403 for what the server did not bring here. */
async function removalOf({ id, origin, path }: ModelSource, pool: ModelPool): Promise<Removal> {
  const { hubCache, folders } = pool.catalogue;
  if (origin === "hub" && hubCache !== undefined) {
    const { commits, bytes, run } = await planRemoval(id, { hubCache });
    return { identity: commits.join(" "), bytes, run };
  }
  const copy = origin === "folder" ? await planCopyRemoval(path, folders) : undefined;
  if (!copy) {
    throw refused(`'${id}' was neither downloaded nor quantized by this server; delete its files yourself.`);
  }
  const [foreign] = copy.foreign;
  if (foreign !== undefined) {
    throw refused(
      `'${id}' has files the server did not make (${foreign.slice(0, 100)}); delete it yourself.`,
    );
  }
  await refuseShared({ id, path }, pool);
  return copy;
}

/** The same files may have another name here: the operator's, or that of a link. */
async function refuseShared({ id, path }: Pick<ModelSource, "id" | "path">, pool: ModelPool): Promise<void> {
  const real = await realPath(path);
  for (const other of await pool.catalogue.list()) {
    if (other.id === id || other.origin === "hub" || (await realPath(other.path)) !== real) continue;
    if (other.origin === "given")
      throw refused(`'${id}' was given to the server as '${other.id}'; start it without, then delete it.`);
    if ((pool.slot(other.id)?.state ?? "unloaded") !== "unloaded") throw busy(id, other.id);
  }
}

function refused(why: string): ApiError {
  return new ApiError(403, why, { param: "model", code: "not_deletable" });
}

function busy(id: string, loaded: string): ApiError {
  return new ApiError(409, `'${id}' is in use: unload '${loaded}' first, then delete it.`, {
    param: "model",
    code: "model_busy",
    retryAfter: 5,
  });
}
