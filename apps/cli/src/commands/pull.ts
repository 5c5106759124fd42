import { Command } from "commander";
import type { PullFlags } from "../actions/pull.ts";
import type { Io } from "../io.ts";
import { collect } from "../options/numbers.ts";

export function pullCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("pull")
    .summary("download a model from the hub")
    .description(
      "Downloads a model into the hub cache that other tools share: its safetensors, config and tokenizer. Goes on where an earlier download ended.",
    )
    .argument("<id>", "the model's hub id, org/name")
    .option("--revision <name>", "a branch, tag or commit; main unless given")
    .option("--include <glob>", "these files instead of those a model needs; may be repeated", collect)
    .option("--exclude <glob>", "not these files; may be repeated", collect)
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .addHelpText("after", HELP)
    .action(async (id: string, flags: PullFlags) => {
      const { pull } = await import("../actions/pull.ts");
      finish(await pull(io, { id, flags }));
    });
}

const HELP = `
Ctrl-C stops; what arrived is kept, and the same command goes on from there. Every file's hash is checked.
HF_TOKEN is sent to the hub (and to no other host), HF_ENDPOINT is another hub, HF_HUB_CACHE or HF_HOME another
place. HF_HUB_OFFLINE=1 forbids all of it.

Examples:
  engine pull Qwen/Qwen3-0.6B
  engine run Qwen/Qwen3-0.6B "Why is the sky blue?"
  engine pull org/name --include "*.json" --revision v2`;
