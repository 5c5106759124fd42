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
<<<<<<< HEAD
    "src/tokenizer-memory.ts",
=======
    "src/depth-against-llama.ts",
>>>>>>> 6d66ba2 (Keys and values are kept in f16 unless told; attention reads ahead in one stream, with an exponential for what is below 0; tests of narrow types)
  ],
  format: "esm",
  target: "node20",
  clean: true,
});
