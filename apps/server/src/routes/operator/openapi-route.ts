import { json, type Route, route } from "../../http/route.ts";
import { openapiDocument } from "../../openapi/openapi-document.ts";
import { openai } from "../openai/dialect.ts";

/** The route that describes the others. */
export function openapiRoute(others: readonly Route[]): Route {
  return route({
    method: "GET",
    path: "/openapi.json",
    access: "open",
    summary: "This description",
    dialect: openai,
    handle: () => json(openapiDocument(others)),
  });
}
