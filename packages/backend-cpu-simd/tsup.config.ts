import { defineConfig } from "tsup";
import base from "../../tsup.config.base.ts";

/** What quantizing threads load is a file of its own, beside the entry. */
export default defineConfig({
  ...(base as object),
  entry: { index: "src/index.ts", rounding: "src/rounding.ts" },
});
