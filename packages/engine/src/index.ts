export * from "@engine/auto";
export { backends } from "./backends.ts";
export { load } from "./load.ts";
export { registry } from "./registry.ts";
