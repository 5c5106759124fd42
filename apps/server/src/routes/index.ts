import type { Route } from "../http/route.ts";
import { anthropicRoutes } from "./anthropic/index.ts";
import { engineRoutes } from "./engine/index.ts";
import { ollamaRoutes } from "./ollama/index.ts";
import { openaiRoutes } from "./openai/index.ts";
import { operatorRoutes } from "./operator/index.ts";
import { openapiRoute } from "./operator/openapi-route.ts";
import { textRoutes } from "./text/index.ts";
import { webRoutes } from "./web/index.ts";

const described: readonly Route[] = [
  ...openaiRoutes,
  ...anthropicRoutes,
  ...ollamaRoutes,
  ...textRoutes,
  ...engineRoutes,
  ...operatorRoutes,
  ...webRoutes,
];

/** All routes, in the order they are tried. */
export const routes: readonly Route[] = [...described, openapiRoute(described)];
