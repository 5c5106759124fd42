import type { Command } from "commander";

export interface ToolFlags {
  /** A file with the tools a model may call. */
  readonly tools?: string;
}

export function addToolFlags(command: Command): Command {
  return command.option(
    "--tools <file>",
    "tools the model may call: a JSON list as OpenAI's API takes it; nothing is called here, calls are printed",
  );
}
