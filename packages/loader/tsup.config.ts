import { defineConfig } from "tsup";
import base from "../../tsup.config.base.ts";

/** The program of quantize's threads is a file of its own, beside the entry. */
export default defineConfig({
  ...(base as object),
  entry: { index: "src/index.ts", "quantize-worker": "src/quantize/worker.ts" },
});
