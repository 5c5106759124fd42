// Before packing: takes the addon that `pnpm build` made. A package without it is never packed.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(
  new URL("../backend-cpu-simd/build/Release/engine_cpu_simd.node", import.meta.url),
);
copyFileSync(built, fileURLToPath(new URL("engine_cpu_simd.node", import.meta.url)));
