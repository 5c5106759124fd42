import { json, type Route, route } from "../../http/route.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { openai } from "./dialect.ts";

const common = { method: "GET", access: "api", dialect: openai } as const;

export const modelsRoute: Route = route({
  ...common,
  path: "/v1/models",
  summary: "Lists the models",
  async handle({ server }) {
    return json({ object: "list", data: (await server.pool.catalogue.list()).map(modelObject) });
  },
});

export const modelRoute: Route = route({
  ...common,
  path: "/v1/models/*",
  summary: "Tells of one model",
  async handle({ server, rest }) {
    return json(modelObject(await server.pool.catalogue.find(rest)));
  },
});

function modelObject({ id, modified }: ModelSource) {
  return { id, object: "model", created: Math.floor((modified?.getTime() ?? 0) / 1000), owned_by: "engine" };
}
