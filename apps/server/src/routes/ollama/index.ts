import type { Route } from "../../http/route.ts";

export const ollamaRoutes: readonly Route[] = [];
