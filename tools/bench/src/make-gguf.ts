import { decoder } from "./gguf/decoder.ts";
import { gemma3nE2b } from "./gguf/gemma3n-e2b.ts";
import { gemma4E2b } from "./gguf/gemma4-e2b.ts";
import { MIXES, type Mix } from "./gguf/mixes.ts";
import { text } from "./gguf/values.ts";
import { madeUpVocabulary, noVocabulary } from "./gguf/vocabulary.ts";
import { type GgufModel, writeGguf } from "./gguf/write-gguf.ts";
import { shapes } from "./shapes.ts";
import { argumentsOf, misused } from "./usage.ts";

const models: Readonly<Record<string, (mix: Mix) => GgufModel>> = {
  ...Object.fromEntries(
    Object.entries(shapes)
      .filter(([, shape]) => !shape.experts)
      .map(([name, shape]) => [name, (mix: Mix) => decoder(shape, mix)]),
  ),
  "gemma-4-e2b": gemma4E2b,
  "gemma-3n-e2b": gemma3nE2b,
};

const USAGE = `Usage: node tools/bench/dist/make-gguf.js SHAPE FILE [--type ${MIXES.join("|")}] [--tokens]
SHAPE: ${Object.keys(models).join(", ")}
Random weights: for llama.cpp's llama-bench and for ours. --tokens: with a made-up vocabulary, which servers want.`;

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    type: { type: "string", default: "q4_0" },
    tokens: { type: "boolean", default: false },
  });
  const [name = "", path] = positionals;
  const mix = MIXES.find((mix) => mix === values.type);
  const model = mix && models[name]?.(mix);
  if (!model || !path) misused(USAGE);
  const vocab = model.tensors[0]!.shape[0]!;
  const vocabulary = values.tokens ? madeUpVocabulary(vocab) : noVocabulary;
  await writeGguf(path, model, { "general.name": text(`${name}, random`), ...vocabulary });
}

await main();
