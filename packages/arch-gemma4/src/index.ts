export { gemma4 } from "./gemma4.ts";
