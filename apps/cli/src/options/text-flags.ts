import { type Command, Option } from "commander";
import { wholeNumber } from "./numbers.ts";

/** Flags of commands that read a text piece by piece. */
export interface TextFlags {
  readonly split?: string;
  readonly chars?: number;
}

export function addTextFlags(command: Command): Command {
  return command
    .optionsGroup("Text:")
    .option(
      "--split <separator>",
      "score each piece between separators from BOS by itself; else windows of --context",
    )
    .addOption(
      new Option(
        "--chars <n>",
        "only the first N characters; with --split a piece broken off there is left out",
      ).argParser(wholeNumber({ min: 1 })),
    );
}
