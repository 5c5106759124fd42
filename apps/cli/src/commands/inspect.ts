import { CACHE_DTYPES } from "@engine/core";
import { Command, Option } from "commander";
import type { InspectFlags } from "../actions/inspection.ts";
import type { Io } from "../io.ts";
import { byteSize, choice, collect, wholeNumber } from "../options/numbers.ts";

export function inspectCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("inspect")
    .summary("what a model is made of, and the memory it needs")
    .description(
      "Says what a model or a file of weights is: family, sizes, layers, tensors, memory. Reads headers only.",
    )
    .argument("<model>", "a folder, a .safetensors or .gguf file, or a hub id")
    .option("--tensors", "list every tensor")
    .addOption(
      new Option("--context <tokens>", "for the memory estimate; the model's own unless given").argParser(
        wholeNumber({ min: 1 }),
      ),
    )
    .addOption(
      new Option("--kv <type>", "for the memory estimate: keys and values").argParser(choice(CACHE_DTYPES)),
    )
    .addOption(
      new Option(
        "--memory-budget <size>",
        "for the memory estimate: what of the weights would be streamed, so that the process stays within it",
      ).argParser(byteSize),
    )
    .option("--backend <name>", "for the memory estimate: what computes; the first that works unless given")
    .option("--plugin <file>", "a JavaScript file with an architecture; may be repeated", collect)
    .option("--json", "one JSON object on stdout, all tensors included")
    .option("--verbose", "the stack of an error")
    .action(async (model: string, flags: InspectFlags) => {
      const { inspect } = await import("../actions/inspect.ts");
      finish(await inspect(io, { model, flags }));
    });
}
