import type { Route } from "../../http/route.ts";
import { indexRoute } from "./web-routes.ts";

export const webRoutes: readonly Route[] = [indexRoute];
