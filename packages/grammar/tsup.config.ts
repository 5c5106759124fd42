import { defineConfig } from "tsup";
import base from "../../tsup.config.base.ts";

/** The program of the thread that compiles is a file of its own, beside the entry. */
export default defineConfig({
  ...(base as object),
  entry: { index: "src/index.ts", "grammar-thread": "src/thread/program.ts" },
});
