import type { ChatOptions } from "@engine/auto";
import { type Command, Option } from "commander";
import { wholeNumber } from "./numbers.ts";

export interface ThinkingFlags {
  readonly think?: boolean;
  /** Tokens. */
  readonly thoughtBudget?: number;
}

export function addThinkingFlags(command: Command): Command {
  return command
    .option("--think", "ask the chat template for a thought before the answer")
    .option("--no-think", "ask the chat template for an answer without a thought")
    .addOption(
      new Option("--thought-budget <n>", "at most this many tokens of thought, then the answer").argParser(
        wholeNumber({ min: 0 }),
      ),
    );
}

/** Only what was given: the template's own choice holds elsewhere. */
export function thinkingOptions({
  think,
  thoughtBudget,
}: ThinkingFlags): Pick<ChatOptions, "thinking" | "thoughtBudget"> {
  return {
    ...(think !== undefined && { thinking: think }),
    ...(thoughtBudget !== undefined && { thoughtBudget }),
  };
}
