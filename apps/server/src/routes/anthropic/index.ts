import type { Route } from "../../http/route.ts";
import { countRoute } from "./count-route.ts";
import { messagesRoute } from "./messages-route.ts";

export const anthropicRoutes: readonly Route[] = [messagesRoute, countRoute];
