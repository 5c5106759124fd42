import type { Route } from "../../http/route.ts";
import { detokenizeRoute, tokenizeRoute } from "./tokenize-routes.ts";

export const textRoutes: readonly Route[] = [tokenizeRoute, detokenizeRoute];
