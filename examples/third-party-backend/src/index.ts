export { type OpTimes, Trace } from "./trace.ts";
export { traced, tracedReference } from "./traced.ts";
