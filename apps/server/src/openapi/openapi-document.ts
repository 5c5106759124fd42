import { z } from "zod";
import type { Route } from "../http/route.ts";
import { version } from "../version.ts";

/** The OpenAPI 3.1 description of routes: what they take is their schema, checked by the same code. */
export function openapiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/\*$/, "{name}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "engine", version: version(), license: { name: "Apache-2.0" } },
    paths,
    components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  };
}

function operation({ summary, dialect, body, access, path }: Route): object {
  const error = { description: `An error, as ${dialect.name} tells it`, content: { "application/json": {} } };
  const schema = body && z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return {
    summary,
    tags: [dialect.name],
    ...(access !== "open" && { security: [{ key: [] }, {}] }),
    ...(path.endsWith("*") && {
      parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }],
    }),
    ...(schema && { requestBody: { required: true, content: { "application/json": { schema } } } }),
    responses: { 200: { description: "Done" }, "4XX": error, "5XX": error },
  };
}
