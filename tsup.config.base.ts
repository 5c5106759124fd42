import { defineConfig } from "tsup";

/**
 * Every package builds the same way: one ESM entry with its types. The types take most of the time and only
 * those who import the built package read them, so `npm start` does without.
 */
export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node20",
  dts: process.env.ENGINE_BUILD !== "no-types",
  sourcemap: true,
  clean: true,
});
