export { qwen } from "./qwen.ts";
export { qwenNext } from "./qwen-next.ts";
