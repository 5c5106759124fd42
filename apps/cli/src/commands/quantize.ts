import { Command, Option } from "commander";
import type { QuantizeFlags } from "../actions/quantize.ts";
import type { Io } from "../io.ts";
import { choice, collect, wholeNumber } from "../options/numbers.ts";

const TYPES = ["int4", "int8", "fp16", "bf16", "fp32"] as const;

export function quantizeCommand(io: Io, finish: (exitCode: number) => void): Command {
  const part = choice([...TYPES, "keep"] as const);
  return new Command("quantize")
    .summary("write a model again with smaller weights")
    .description(
      "Writes a model's folder again with its weights in another type. The result is read by this program, and by others that read compressed-tensors, such as transformers.",
    )
    .argument("<source>", "a folder, a .safetensors file or a hub id")
    .argument("<destination>", "the folder to make")
    .addOption(
      new Option("--type <type>", `of the matrices: ${TYPES.join(", ")}`)
        .argParser(choice(TYPES))
        .default("int4"),
    )
    .addOption(
      new Option("--group <n>", "values that share a scale, a multiple of 32 (default: 32)").argParser(
        wholeNumber({ min: 32 }),
      ),
    )
    .addOption(
      new Option(
        "--embeddings <type>",
        "of the token embeddings; with int4 and int8 they stay as they are",
      ).argParser(part),
    )
    .addOption(
      new Option("--lm-head <type>", "of the head, where it is not the embeddings; likewise").argParser(part),
    )
    .addOption(
      new Option("--threads <n>", "threads of the processor").argParser(wholeNumber({ min: 1, max: 1024 })),
    )
    .optionsGroup("Calibration:")
    .option(
      "--calibrate <file>",
      "run the model over this text first, and be exact where its inputs are large; needs the memory to run it",
    )
    .option("--split <separator>", "the text is pieces with this between them; else windows of 512 tokens")
    .option("--backend <name>", "what computes then; the first that works unless given")
    .option("--plugin <file>", "a JavaScript file with the model's architecture; may be repeated", collect)
    .optionsGroup("Other:")
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .addHelpText("after", HELP)
    .action(async (source: string, destination: string, flags: QuantizeFlags) => {
      const { quantize } = await import("../actions/quantize.ts");
      finish(await quantize(io, { source, destination, flags }));
    });
}

const HELP = `
int4 takes 4.5 bits for each value, int8 8.5 (group 32). Norms, routers, towers, convolutions and matrices whose rows
are no whole number of groups stay as they are. Memory does not grow with the model: it is read and written in pieces.
Ctrl-C stops; finished files stay in DESTINATION.incomplete, and the same command goes on from there.
transformers cannot read quantized embeddings that are also the head; this program can.

Examples:
  engine quantize ./my-model ./my-model-int4
  engine quantize ./my-model ./my-model-small --embeddings int8
  engine quantize ./my-model ./my-model-int4 --calibrate notes.txt
  engine compare ./my-model ./my-model-int4 notes.txt`;
