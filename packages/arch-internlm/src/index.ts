export { internlm } from "./internlm.ts";
export { internlm2 } from "./internlm2.ts";
