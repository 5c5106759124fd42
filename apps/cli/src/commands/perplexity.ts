import { Command } from "commander";
import type { PerplexityFlags } from "../actions/perplexity.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { addTextFlags } from "../options/text-flags.ts";

export function perplexityCommand(io: Io, finish: (exitCode: number) => void): Command {
  const command = new Command("perplexity")
    .summary("how well a model predicts a text")
    .description(
      "Measures the perplexity of a model over a text: every token but the first of each piece is predicted.",
    )
    .argument("<model>", "a folder, a .safetensors or .gguf file, or a hub id")
    .argument("<file>", "the text")
    .option("--json", "one JSON object on stdout, and nothing else");
  return addModelFlags(addTextFlags(command))
    .addHelpText("after", HELP)
    .action(async (model: string, file: string, flags: PerplexityFlags) => {
      const { perplexity } = await import("../actions/perplexity.ts");
      finish(await perplexity(io, { model, file, flags }));
    });
}

const HELP = `
--context is also where pieces are cut; without --split the text is read in windows of it (512 unless given).
--json: { perplexity, standardError, tokens, pieces, seconds, tokensPerSecond, … }.

Examples:
  engine perplexity ./my-model notes.txt
  engine perplexity ./my-model stories.txt --split "<|endoftext|>" --context 512 --chars 300000 --json`;
