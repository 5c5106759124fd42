import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** Folders of the family the suite is proven on: every rope scaling, biases, windows, tied and untied heads. */
export const llamaGoldens: readonly string[] = [
  "llama",
  "llama_bias",
  "llama_dynamic",
  "llama_linear",
  "llama_llama3",
  "llama_longrope",
  "llama_yarn",
  "ministral3",
  "mistral",
  "mistral_nemo",
].map((name) => `${fixtures}${name}`);
