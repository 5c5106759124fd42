import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { compareModels, textPieces } from "@engine/auto";
import { load } from "@engine/engine";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/quality.js TEXT FILE=PERPLEXITY…
TEXT: stories with <|endoftext|> between them, of which 300,000 characters are read; each FILE: a model, and the
perplexity of its dequantized weights. Fails where f32 activations are off by more than 0.1 %, or int8 ones cost 0.5 %.`;

const CHARS = 300_000;
const CONTEXT = 512;
async function measure(file: string, expected: number, text: string): Promise<boolean> {
  const options = { context: CONTEXT, maxRows: 128 } as const;
  await using exact = await load(file, { ...options, activations: "f32" });
  await using fast = await load(file, { ...options, activations: "int8" });
  const pieces = textPieces(text, exact.tokenizer!, {
    context: CONTEXT,
    split: "<|endoftext|>",
    chars: CHARS,
  });
  const { kl, topAgreement, tokens, perplexity } = await compareModels(exact, fast, { pieces });
  const [own, integers] = perplexity;
  const [off, cost] = [own / expected - 1, integers / own - 1];
  const met = Math.abs(off) <= 0.001 && cost < 0.005 && kl.mean <= 0.01 && topAgreement >= 0.97;
  const percent = (share: number): string => `${(share * 100).toFixed(3)} %`;
  console.log(
    `| ${basename(file)} | ${own.toFixed(4)} | ${percent(off)} | ${integers.toFixed(4)} | ${percent(cost)} | ${kl.mean.toFixed(5)} | ${percent(topAgreement)} of ${tokens} | ${met ? "met" : "missed"} |`,
  );
  return met;
}

async function main(): Promise<void> {
  const [textFile, ...models] = argumentsOf(USAGE, {}).positionals;
  const wishes = models.map((model) => model.split("=") as [string, string]);
  if (!textFile || wishes.length === 0 || wishes.some(([, value]) => !(Number(value) > 0))) misused(USAGE);
  const text = readFileSync(textFile, "utf8");
  console.log(
    "| model | f32 activations | off | int8 activations | cost | KL mean | same top token | goals |",
  );
  console.log("|-|-|-|-|-|-|-|-|");
  for (const [file, value] of wishes) if (!(await measure(file, Number(value), text))) process.exitCode = 1;
}

await main();
