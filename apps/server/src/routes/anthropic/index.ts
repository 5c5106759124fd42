import type { Route } from "../../http/route.ts";

export const anthropicRoutes: readonly Route[] = [];
