import { readFileSync } from "node:fs";
import { bench, describe } from "vitest";
import { absent, fixtureFolder, shared } from "../test/shared.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

/**
 * Loading, encoding and decoding with real tokenizers where they are present, else with the fixtures.
 * Run: pnpm vitest bench packages/tokenizer
 */
const here = absent("tokenizers") === undefined && absent("text") === undefined;
const NAMES = ["gemma1-2", "gpt2", "llama2", "llama3", "mistral-v3", "phi3", "qwen2", "smollm"];
const folders = here
  ? NAMES.map((name) => [name, shared(`tokenizers/${name}`)] as const)
  : ["byte-level", "sentencepiece"].map((name) => [name, fixtureFolder(name)] as const);
const text = here
  ? readFileSync(shared("text/tinyshakespeare.txt"), "utf8")
  : "The fox went down to the wide river, and it's there. ".repeat(2000);
// One run each: the first encoding fills the library's cache of words, and that cost is part of the truth.
const once = { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 };

for (const [name, folder] of folders) {
  describe(`${name}, ${text.length} characters`, async () => {
    const tokenizer = await loadTokenizer(folder);
    const ids = tokenizer.encode(text.slice(0, 20_000));
    bench("load", async () => void (await loadTokenizer(folder)), once);
    bench("encode", () => void tokenizer.encode(text), once);
    bench(
      `stream ${ids.length} tokens`,
      () => {
        const detokenizer = tokenizer.detokenizer();
        for (const id of ids) detokenizer.push(id);
        detokenizer.flush();
      },
      once,
    );
  });
}
