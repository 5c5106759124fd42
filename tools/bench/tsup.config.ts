import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/make-model.ts", "src/decode-bandwidth.ts"],
  format: "esm",
  target: "node20",
  clean: true,
});
