import type { Route } from "../../http/route.ts";
import { chatRoute } from "./chat-route.ts";
import { embedRoute } from "./embed-route.ts";
import { generateRoute } from "./generate-route.ts";
import { psRoute, tagsRoute, versionRoute } from "./list-routes.ts";
import { showRoute } from "./show-route.ts";

export const ollamaRoutes: readonly Route[] = [
  chatRoute,
  generateRoute,
  embedRoute,
  showRoute,
  tagsRoute,
  psRoute,
  versionRoute,
];
