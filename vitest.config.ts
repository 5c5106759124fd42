import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** Tests run on the sources: the "@engine/source" condition of every package points at src/. */
const conditions = ["@engine/source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps,tools,examples}/*/{src,test}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    benchmark: { include: ["{packages,apps,tools}/*/src/**/*.bench.ts"] },
  },
});
