import type { Route } from "../../http/route.ts";
import { chatRoute } from "./chat-route.ts";
import { modelRoute, modelsRoute } from "./models-routes.ts";

export const openaiRoutes: readonly Route[] = [chatRoute, modelsRoute, modelRoute];
