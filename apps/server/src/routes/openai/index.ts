import type { Route } from "../../http/route.ts";
import { chatRoute } from "./chat-route.ts";
import { completionRoute } from "./completion-route.ts";
import { embeddingsRoute } from "./embeddings-route.ts";
import { modelRoute, modelsRoute } from "./models-routes.ts";
import { responsesRoute } from "./responses-route.ts";

export const openaiRoutes: readonly Route[] = [
  chatRoute,
  completionRoute,
  embeddingsRoute,
  responsesRoute,
  modelsRoute,
  modelRoute,
];
