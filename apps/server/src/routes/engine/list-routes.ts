import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import { management } from "./management.ts";
import { modelInfo } from "./model-info.ts";

export const listRoute: Route = route({
  ...management,
  method: "GET",
  path: "/engine/models",
  summary: "Lists the models with their state",
  async handle({ server: { pool } }) {
    const sources = await pool.catalogue.list();
    return json({ models: await Promise.all(sources.map((source) => modelInfo(source, pool))) });
  },
});

export const describeRoute: Route = route({
  ...management,
  method: "GET",
  path: "/engine/models/describe",
  summary: "Tells what a load would take, from the files' headers",
  async handle({ server: { pool, describe }, query }) {
    const { id, path, missing } = await pool.catalogue.find(query.get("model") ?? undefined);
    if (missing.length > 0) {
      throw new ApiError(409, `The download of '${id}' has not ended.`, { code: "model_incomplete" });
    }
    const description = await describe(path);
    const { architecture, parameters, encodings, modelContext, context, weights, kv, memory } = description;
    const { model: total, activations } = memory;
    const others = pool.slots.filter((slot) => slot.source.id !== id);
    const free = pool.budget - others.reduce((sum, { bytes }) => sum + bytes, 0);
    const known = { id, architecture, parameters, encodings, modelContext: modelContext ?? null, context };
    return json({
      ...known,
      weights,
      kv: { ...kv, total: memory.state },
      activations,
      memory,
      total,
      budget: pool.budget,
      free,
      fits: total <= pool.budget,
    });
  },
});
