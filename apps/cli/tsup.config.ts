import { defineConfig } from "tsup";

/** Commands are chunks of their own, so that `engine --help` loads none of them. */
export default defineConfig({
  entry: ["src/main.ts"],
  format: "esm",
  target: "node20",
  splitting: true,
  clean: true,
});
