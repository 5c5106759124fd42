import type { Route } from "../../http/route.ts";
import { healthRoute, metricsRoute, readyRoute, versionRoute } from "./health-routes.ts";

export const operatorRoutes: readonly Route[] = [healthRoute, readyRoute, versionRoute, metricsRoute];
