import { Command } from "commander";
import type { PluginsFlags } from "../actions/plugins.ts";
import type { Io } from "../io.ts";
import { collect } from "../options/numbers.ts";

export function pluginsCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("plugins")
    .summary("the architectures and backends found here")
    .description(
      "Lists the architectures and backends found here, with their API level and where they come from.",
    )
    .option("--plugin <file>", "a JavaScript file with an architecture or backend; may be repeated", collect)
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .action(async (flags: PluginsFlags) => {
      const { plugins } = await import("../actions/plugins.ts");
      finish(await plugins(io, flags));
    });
}
