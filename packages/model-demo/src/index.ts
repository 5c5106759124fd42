export { description, type ModelDescription } from "./description.ts";
export { modelPath } from "./model-path.ts";
