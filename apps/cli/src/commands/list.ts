import { Command } from "commander";
import type { ListFlags } from "../actions/list.ts";
import type { Io } from "../io.ts";

export function listCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("list")
    .summary("the downloaded models")
    .description("Lists the models in the hub cache, whichever tool downloaded them.")
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .action(async (flags: ListFlags) => {
      const { list } = await import("../actions/list.ts");
      finish(await list(io, flags));
    });
}
