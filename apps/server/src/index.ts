export { createApp } from "./app.ts";
export { createParts, type ServerOptions } from "./create-parts.ts";
export { ApiError } from "./errors/api-error.ts";
export type { Dialect } from "./http/route.ts";
export type { GivenModel } from "./models/model-catalogue.ts";
export type { LoadWatch } from "./models/model-pool.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
export type { Log, ServerParts } from "./server-parts.ts";
export { type ServerSettings, type SettingsOptions, serverSettings } from "./settings.ts";
