import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/make-model.ts",
    "src/make-gguf.ts",
    "src/against-llama.ts",
    "src/decode-bandwidth.ts",
    "src/skipped-work.ts",
    "src/concurrent-chats.ts",
    "src/attention.ts",
    "src/event-loop.ts",
    "src/http-chats.ts",
    "src/tokenizer-memory.ts",
    "src/depth-against-llama.ts",
    "src/streaming.ts",
    "src/in-turns.ts",
    "src/expert-policy.ts",
    "src/quality.ts",
    "src/first-token.ts",
    "src/decode-rows.ts",
  ],
  format: "esm",
  target: "node20",
  clean: true,
});
