import { Command } from "commander";
import type { CompareFlags } from "../actions/compare.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
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
    .option("--json", "one JSON object on stdout, and nothing else");
  return addModelFlags(addTextFlags(command))
    .addHelpText("after", HELP)
    .action(async (reference: string, model: string, file: string, flags: CompareFlags) => {
      const { compare } = await import("../actions/compare.ts");
      finish(await compare(io, { reference, model, file, flags }));
    });
}

const HELP = `
Flags hold for both models. --context is also where pieces are cut; without --split the text is read in windows of
it (512 unless given).
--json: { kl: { mean, median, p99, max } in nats, topAgreement, perplexity: [reference, model], tokens, pieces, … }.

Example:
  engine compare ./my-model ./my-model-int4 notes.txt`;
