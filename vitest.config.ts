import { defineConfig } from "vitest/config";

/** Tests run on the sources: the "@engine/source" condition of every package points at src/. */
export default defineConfig({
  resolve: { conditions: ["@engine/source"] },
  ssr: { resolve: { conditions: ["@engine/source"] } },
  test: {
    include: ["{packages,apps,tools,examples}/*/{src,test}/**/*.test.ts"],
    testTimeout: 60_000,
    benchmark: { include: ["{packages,apps,tools}/*/src/**/*.bench.ts"] },
  },
});
