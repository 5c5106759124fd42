export { llama } from "./llama.ts";
