import { bench } from "vitest";
import { measureDecode, measurePrefill } from "../bench/measure.ts";

// `pnpm vitest bench --run packages/backend-cpu-simd` prints the tables. Limits and kernels take turns in one
// process, because the machine's own speed changes from minute to minute.
const once = { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 };

bench("decode against read bandwidth", measureDecode, once);
bench("prefill against multiply-adds", measurePrefill, once);
