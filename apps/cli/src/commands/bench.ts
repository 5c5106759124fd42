import { Command, Option } from "commander";
import type { BenchFlags } from "../actions/bench.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { wholeNumber } from "../options/numbers.ts";

export function benchCommand(io: Io, finish: (exitCode: number) => void): Command {
  const count = wholeNumber({ min: 1 });
  const command = new Command("bench")
    .summary("how fast a model is here")
    .description(
      "Measures reading a prompt and writing an answer, over random tokens of a fixed seed; no tokenizer is needed.",
    )
    .argument("[model]", "a folder, a .safetensors or .gguf file, or a hub id; the demo model unless given")
    .optionsGroup("Measurement:")
    .addOption(
      new Option(
        "--prompt-tokens <n>",
        "tokens read at once (default: 512, or what the context leaves)",
      ).argParser(count),
    )
    .addOption(
      new Option(
        "--gen-tokens <n>",
        "tokens generated one by one (default: 128, or what the context leaves)",
      ).argParser(count),
    )
    .addOption(new Option("--runs <n>", "runs, after one that is not counted").argParser(count).default(3))
    .option("--json", "one JSON object on stdout, and nothing else");
  return addModelFlags(command).action(async (model: string | undefined, flags: BenchFlags) => {
    const { bench } = await import("../actions/bench.ts");
    finish(await bench(io, { model, flags }));
  });
}
