export { gemma3 } from "./gemma3.ts";
export { gemma3n } from "./gemma3n.ts";
