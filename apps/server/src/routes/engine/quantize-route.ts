import { join } from "node:path";
import { quantizeModel } from "@engine/loader";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";
import { type Route, route } from "../../http/route.ts";
import type { ModelCatalogue } from "../../models/model-catalogue.ts";
import { markCopy } from "../../models/own-copies.ts";
import { eventStream } from "./event-stream.ts";
import { management, namedModel } from "./management.ts";

const TYPES = ["int4", "int8", "fp16", "bf16", "fp32"] as const;
const part = z.enum([...TYPES, "keep"]).nullish();

const quantizeRequest = z.object({
  model: namedModel,
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "it must be letters, digits, '.', '_' and '-', at most 100")
    .refine((name) => !/\.(incomplete|gguf|task|litertlm)$/i.test(name), "it must be the name of a folder"),
  type: z.enum(TYPES),
  group: z.int().min(32).max(4096).multipleOf(32).nullish(),
  embeddings: part,
  lm_head: part,
  threads: z.int().min(1).max(1024).nullish(),
});

export const quantizeRoute: Route = route<z.infer<typeof quantizeRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/quantize",
  summary: "Writes a model again with smaller weights into the models' folder, as an event stream",
  body: quantizeRequest,
  handle(call) {
    const { model, name, type, group, embeddings, lm_head, threads } = call.body;
    const { pool, exclusive } = call.server;
    return eventStream(call, async (tell, signal) => {
      const folder = modelFolder(pool.catalogue);
      const source = await pool.catalogue.find(model);
      if (source.missing.length > 0)
        throw new ApiError(409, `The download of '${source.id}' has not ended.`, {
          code: "model_incomplete",
        });
      await refuseTaken(pool.catalogue, name);
      // Two would write over each other's files, and share the processors.
      using _ = exclusive.enter("quantize", "A model is being quantized already; wait for it, or cancel it.");
      const target = join(folder, name);
      const { bytes, files, sourceBytes, resumedBytes } = await quantizeModel(source.path, target, {
        type,
        signal,
        rounding: call.server.rounding,
        ...(group && { group }),
        ...(embeddings && { embeddings }),
        ...(lm_head && { lmHead: lm_head }),
        ...(threads && { threads }),
        onProgress: (progress) => tell("progress", progress),
      });
      // Without the mark the copy is as good; only it is not deleted from here.
      await markCopy(target).catch((error) => call.server.log("error", `${name}: ${error.message}`));
      return { id: name, bytes, files, sourceBytes, resumedBytes };
    });
  },
});

function modelFolder({ folders }: ModelCatalogue): string {
  const [first] = folders;
  if (first !== undefined) return first;
  throw new ApiError(403, "This server has no folder of models to write to. Start it with --models FOLDER.", {
    code: "no_model_folder",
  });
}

/** Names of models are unique here, whichever place they are in. */
async function refuseTaken(catalogue: ModelCatalogue, name: string): Promise<void> {
  if (!(await catalogue.list()).some(({ id }) => id === name)) return;
  throw new ApiError(409, `There is a model '${name}' already. Choose another name.`, {
    param: "name",
    code: "model_exists",
  });
}
