import { defineConfig } from "tsup";

/** Every package builds the same way: one ESM entry with its types. */
export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
});
