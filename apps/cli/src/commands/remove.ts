import { Command } from "commander";
import type { RemoveFlags } from "../actions/remove.ts";
import type { Io } from "../io.ts";

export function removeCommand(io: Io, finish: (exitCode: number) => void): Command {
  return new Command("remove")
    .summary("delete a downloaded model")
    .description("Removes a model, or one revision of it, from the hub cache, and says what that frees.")
    .argument("<id>", "the model's hub id, org/name")
    .option("--revision <name>", "only this branch, tag or commit; what others need of it stays")
    .option("--yes", "without asking")
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--verbose", "the stack of an error")
    .action(async (id: string, flags: RemoveFlags) => {
      const { remove } = await import("../actions/remove.ts");
      finish(await remove(io, { id, flags }));
    });
}
