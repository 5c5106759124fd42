import { ACTIVATIONS, CACHE_DTYPES } from "@engine/core";
import { Command, Option } from "commander";
import type { CompareFlags } from "../actions/compare.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { choice } from "../options/numbers.ts";
import { addTextFlags } from "../options/text-flags.ts";

export function compareCommand(io: Io, finish: (exitCode: number) => void): Command {
  const command = new Command("compare")
    .summary("how far one model's predictions are from another's")
    .description(
      "Compares two models of one vocabulary, or one model in two encodings, over a text: KL divergence, agreement on the likeliest token, and both perplexities.",
    )
    .argument("<reference>", "the model to be like: a folder, a .safetensors or .gguf file, or a hub id")
    .argument("<model>", "the model that is judged")
    .argument("<file>", "the text")
    .addOption(
      new Option(
        "--reference-kv <type>",
        "number format of the reference's keys and values, to compare it with --kv",
      ).argParser(choice(CACHE_DTYPES)),
    )
    .addOption(
      new Option(
        "--reference-activations <type>",
        "what the reference's weights are multiplied by, to compare it with --activations",
      ).argParser(choice(ACTIVATIONS)),
    )
    .option("--json", "one JSON object on stdout, and nothing else");
  return addModelFlags(addTextFlags(command))
    .addHelpText("after", HELP)
    .action(async (reference: string, model: string, file: string, flags: CompareFlags) => {
      const { compare } = await import("../actions/compare.ts");
      finish(await compare(io, { reference, model, file, flags }));
    });
}

const HELP = `
Flags hold for both models, those of --reference-… for the first. --context is also where pieces are cut; without --split the text is read in windows of
it (512 unless given).
--json: { kl: { mean, median, p99, max } in nats, topAgreement, perplexity: [reference, model], tokens, pieces, … }.

Examples:
  engine compare ./my-model ./my-model-int4 notes.txt
  engine compare ./my-model ./my-model notes.txt --reference-kv f32 --kv int8
  engine compare ./my-model ./my-model notes.txt --reference-activations f32 --activations bf16`;
