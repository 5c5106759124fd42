import { Command } from "commander";
import type { ShardFlags } from "../actions/shard.ts";
import type { Io } from "../io.ts";
import { collect } from "../options/numbers.ts";

export function shardCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("shard")
    .summary("copy a model in the order its weights are used")
    .description(
      "Copies a model's folder with its weights in the order a step reads them and aligned to disk sectors. Streaming works without it, from any files; the copy lets a disk that minds the order be read from the beginning to the end.",
    )
    .argument("<source>", "a folder, a .safetensors file or a hub id")
    .argument("<destination>", "the folder to make")
    .option(
      "--delete-original",
      "delete the source's weights once the copy was read again and has the same checksums",
    )
    .option("--plugin <file>", "a JavaScript file with the model's architecture; may be repeated", collect)
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .addHelpText("after", HELP)
    .action(async (source: string, destination: string, flags: ShardFlags) => {
      const { shard } = await import("../actions/shard.ts");
      finish(await shard(io, { source, destination, flags }));
    });
}

const HELP = `
The disk must have room for the whole copy. Ctrl-C stops; finished files stay in DESTINATION.incomplete, and the same
command goes on from there. DESTINATION appears when all of it was verified.

Examples:
  engine shard ./my-model ./my-model-ordered
  engine shard ./my-model ./my-model-ordered --delete-original`;
