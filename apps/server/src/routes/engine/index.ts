import type { Route } from "../../http/route.ts";
import { deleteRoute } from "./delete-route.ts";
import { describeRoute, listRoute } from "./list-routes.ts";
import { loadRoute, unloadRoute } from "./load-routes.ts";
import { pullRoute } from "./pull-route.ts";
import { quantizeRoute } from "./quantize-route.ts";
import { statusRoute } from "./status-route.ts";

export const engineRoutes: readonly Route[] = [
  statusRoute,
  listRoute,
  describeRoute,
  loadRoute,
  unloadRoute,
  pullRoute,
  deleteRoute,
  quantizeRoute,
];
