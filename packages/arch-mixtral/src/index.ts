export { mixtral } from "./mixtral.ts";
