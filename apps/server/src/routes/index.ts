import type { Route } from "../http/route.ts";
import { openaiRoutes } from "./openai/index.ts";
import { operatorRoutes } from "./operator/index.ts";

/** All routes, in the order they are tried. */
export const routes: readonly Route[] = [...openaiRoutes, ...operatorRoutes];
