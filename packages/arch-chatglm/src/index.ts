export { chatglm } from "./chatglm.ts";
export { glm } from "./glm.ts";
