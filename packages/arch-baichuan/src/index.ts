export { baichuan } from "./baichuan.ts";
